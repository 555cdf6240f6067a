"""What people do with a study: queues and their draws, the labelling desk, agreement, adjudication.

Everything a person does becomes one act in the log (`store.acts`), and every state shown here is
read from that log. Statistics are computed in `stats`; influence is `analysis`' business.
"""
