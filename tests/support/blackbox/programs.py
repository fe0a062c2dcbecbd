"""Where the built programs are."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def program(name: str) -> Path:
    """A program of the last build; `POOLHOUSE_PROGRAMS` names the folder, `target/debug` is the default."""
    folder = Path(os.environ.get("POOLHOUSE_PROGRAMS", REPOSITORY / "target" / "debug"))
    path = folder / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not built; run `cargo xtask test sdk-python`, which builds it")
    return path
