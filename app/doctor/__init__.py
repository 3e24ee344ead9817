"""The doctor: looks at a host's set-up and says of each thing how it is and, if it is not well, what to do."""

from app.doctor.examination import examine
from app.doctor.findings import Finding, Level

__all__ = ["Finding", "Level", "examine"]
