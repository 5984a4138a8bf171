"""Tables of the numbers."""

from app.numbers.models.appraisal import Appraisal, AppraisalMark, AppraisalObjection, AppraisalScheme
from app.numbers.models.orders import SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.models.runs import AreaPopulation, IndicatorMember, IndicatorRun, IndicatorTarget, IndicatorValue
from app.numbers.models.sampling import Sample, SampleMark, SampleRecord, SampleUnit
from app.numbers.models.submissions import ReportDocument, ReportPaper, ReportSubmission
from app.numbers.models.training import TrainingAttendee, TrainingSession

__all__ = [
    "Appraisal",
    "AppraisalMark",
    "AppraisalObjection",
    "AppraisalScheme",
    "AreaPopulation",
    "IndicatorMember",
    "IndicatorRun",
    "IndicatorTarget",
    "IndicatorValue",
    "ReportDocument",
    "ReportPaper",
    "ReportSubmission",
    "Sample",
    "SampleMark",
    "SampleRecord",
    "SampleUnit",
    "SupervisionCase",
    "SupervisionOrder",
    "SupervisionStep",
    "TrainingAttendee",
    "TrainingSession",
]
