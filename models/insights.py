"""What a rule or model suggested about a case, and what people thought of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, Numeric, Text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, document, key, named, refers, stamp, word


class AiInsight(CentreOwned, Stamped, table=True):
    """One suggestion with its confidence, its inputs and its rating."""

    __tablename__ = named("ai_insights")
    __table_args__ = (
        refers("case_id", "cases"),
        CheckConstraint("feedback_rating BETWEEN 1 AND 5", name="feedback_rating"),
        Index("idx_ai_insights_case", "centre_id", "case_id", "insight_type"),
    )

    case_id: int = key()
    insight_type: str = Field(max_length=100)
    confidence_score: Decimal | None = Field(default=None, sa_type=Numeric(3, 2))  # type: ignore[call-overload]
    analysis_data: dict[str, Any] = document("{}")
    recommendations: list[dict[str, Any]] = document("[]")
    model_version: str | None = Field(default=None, max_length=50)
    processed_date: datetime = stamp()
    status: str = word("active", 30)
    feedback_rating: int | None = None
    feedback_notes: str | None = Field(default=None, sa_type=Text)
