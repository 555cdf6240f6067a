"""What annotation tools have in common: what people are asked there, and what they answer.

`argilla` and `label_studio` own how their tools write it down. Neither the writers of responses
nor any judge's choice goes out; automatic values do, as suggestions, unless asked to stay.
"""
