"""What a guard is, and the kinds of them that tables share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """A trigger `name` on `table`. `when` is SQL that is true for what must not be; NEW and OLD are the rows.

    `event` is INSERT, UPDATE or DELETE, optionally `UPDATE OF column`.
    """

    name: str
    table: str
    event: str
    when: str

    def sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW WHEN {self.when} "
            f"BEGIN SELECT RAISE(ABORT, 'guard:{self.name}'); END"
        ]

    def postgresql(self) -> list[str]:
        returned = "OLD" if self.event == "DELETE" else "NEW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.when} THEN RAISE EXCEPTION 'guard:{self.name}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {returned}; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def append_only(table: str) -> list[Guard]:
    return [Guard(f"guard_{table}_no_{event.lower()}", table, event, "TRUE") for event in ("UPDATE", "DELETE")]


def legal_move(table: str, column: str) -> Guard:
    return Guard(
        f"guard_{table}_{column}_move",
        table,
        f"UPDATE OF {column}",
        f"OLD.{column} <> NEW.{column} AND NOT EXISTS (SELECT 1 FROM legal_moves m WHERE m.what = '{table}.{column}' "  # noqa: S608 - names from the lists
        f"AND m.from_state = OLD.{column} AND m.to_state = NEW.{column})",
    )


def changed(*columns: str) -> str:
    """True when one of these columns, none of which is ever null, is given another value."""
    return " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)


def set_otherwise(*columns: str) -> str:
    """True when one of these columns, which may be null, is given another value, or taken or given one."""
    return " OR ".join(f"(OLD.{one} IS NULL) <> (NEW.{one} IS NULL) OR OLD.{one} <> NEW.{one}" for one in columns)


def set_again(*columns: str) -> str:
    """True when one of these columns had been filled and is changed or emptied."""
    return " OR ".join(f"(OLD.{one} IS NOT NULL AND (NEW.{one} IS NULL OR OLD.{one} <> NEW.{one}))" for one in columns)
