"""What a format is: its name, what it reads or writes, and the functions that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused
from profile_core.store.outside_labels import Outside
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import LabelSet, SourceKind


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a user may say about a file beyond its path."""

    dataset: str | None = None
    """None: the file's or folder's stem."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Field to column (dotted for nested JSON), as `--map` gives it; table formats only."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Which words of the choice column mean a, b and tie, as `--values a=1,b=2,tie=0` gives it."""
    kinds: Mapping[str, SourceKind] = field(default_factory=dict)
    """Kind of a source by its name, as `--kind` gives it."""

    def dataset_of(self, path: Path) -> str:
        """Name the data set: as told, else the path's stem."""
        return self.dataset or path.stem or path.resolve().name


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What of a study is written, and how."""

    where: str | None = None
    labels: LabelSet = LabelSet.AUTOMATIC
    file_type: str = "csv"
    factors: tuple[str, ...] = ()
    """What outside annotators are asked about; none: every factor that no rule measures."""
    blind: bool = False
    """Leave the automatic values out of what outside annotators see."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote."""

    written: tuple[Path, ...]
    records: int


Reader = Callable[[Path, ImportOptions, duckdb.DuckDBPyConnection], Iterator[Batch]]
"""Path, options, and a cursor on the study (for formats that add to what it holds)."""

LabelReader = Callable[[Path, ImportOptions, duckdb.DuckDBPyConnection], Iterator[Outside]]
"""The same for what people said elsewhere, which enters as events."""

Writer = Callable[[Study, Path, ExportOptions], Written]


@dataclass(frozen=True, slots=True)
class Format:
    """One entry of the registry."""

    name: str
    what: str
    """One phrase: what the data are."""
    reads: str
    """The file or folder it takes, or writes."""
    example: str
    """A command line that works."""
    read: Reader | None = None
    read_labels: LabelReader | None = None
    """Instead of `read`, where a file holds what people said."""
    write: Writer | None = None

    adds_to_study: bool = False
    """Whether it is about what the study has, so that a data set only tells equal ids apart."""
    endings: tuple[str, ...] = ()
    """Of the one file that it writes, the first by default; none: it writes a folder."""
    asks_annotators: bool = False
    """Whether its export asks people elsewhere, and its import needs to know their names."""

    @property
    def can_read(self) -> bool:
        """Whether files come in by it."""
        return bool(self.read or self.read_labels)

    @property
    def direction(self) -> str:
        """`import`, `export`, or `import and export`."""
        ways = (("import", self.can_read), ("export", self.write))
        return " and ".join(word for word, way in ways if way)


def refuse_options(options: ImportOptions, *, format_name: str, path: Path) -> None:
    """Refuse options that a format with a fixed layout would silently ignore."""
    if options.mapping or options.values or options.kinds:
        raise ImportRefused(
            path.name,
            f"{format_name} has a fixed layout, so --map, --values and --kind do not apply",
            expected="none of them, or the format `table`",
        )
