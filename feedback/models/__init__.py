"""What customers say of how it went."""

from feedback.models.feedback import Feedback

__all__ = ["Feedback"]
