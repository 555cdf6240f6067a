"""Charts as values: plain functions from rows to an `alt.Chart`, never drawn inside.

Pages and reports use it; nothing else imports altair. Names that come from data are only ever
values in the data of a chart: no field name, expression, address or format is made from them.
Colours come from the caller, so that a chart sits on the paper it is put on.
"""

from profile_core.charts.arrows import Arrow, arrow_plot
from profile_core.charts.base import KEYS, Cell, Look, Mark, Width, png, svg
from profile_core.charts.before_after import BeforeAfter, before_after, before_after_spec
from profile_core.charts.differences import Difference
from profile_core.charts.distances import Distance, distance_plot
from profile_core.charts.doses import DosePoint, dose_plot
from profile_core.charts.dots import dot_plot
from profile_core.charts.dumbbell import dumbbell
from profile_core.charts.grids import Likeness, agreement_map, heat_map, likeness_map
from profile_core.charts.one_pair import Predicted, predictions
from profile_core.charts.panels import PREFERRED, TAU, Measure
from profile_core.charts.scatter import scatter
from profile_core.charts.slopes import Slope, slope_chart
from profile_core.charts.waterfall import Step, waterfall

__all__ = [
    "KEYS",
    "PREFERRED",
    "TAU",
    "Arrow",
    "BeforeAfter",
    "Cell",
    "Difference",
    "Distance",
    "DosePoint",
    "Likeness",
    "Look",
    "Mark",
    "Measure",
    "Predicted",
    "Slope",
    "Step",
    "Width",
    "agreement_map",
    "arrow_plot",
    "before_after",
    "before_after_spec",
    "distance_plot",
    "dose_plot",
    "dot_plot",
    "dumbbell",
    "heat_map",
    "likeness_map",
    "png",
    "predictions",
    "scatter",
    "slope_chart",
    "svg",
    "waterfall",
]
