"""Trains the tagger of unknown names: `python -m benchmarks.intake_train TRAIN.txt [--folds 5]`.

Reads BIO lines of idner-news-2k (khairunnisaor/idner-news-2k, MIT), its training part alone, and writes the model
into the package. With `--folds` nothing is written: the training part is split, and the F1 on what was left out told.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import pycrfsuite

from benchmarks.intake_entities import entities, read_bio
from sepakat.intake.reports.tagger import Tagger, features_of

MODEL = (
    Path(__file__).resolve().parents[1]
    / "src"
    / "sepakat"
    / "intake"
    / "reports"
    / "data"
    / "indonesian-names.crfsuite"
)
SETTINGS: dict[str, Any] = {
    "c1": 0.1,
    "c2": 0.05,
    "max_iterations": 150,
    "feature.possible_transitions": True,
    "feature.minfreq": 1,
}
Sentence = tuple[list[str], list[str]]


def train(sentences: list[Sentence], path: Path) -> None:
    """Write a model learnt from these sentences."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(SETTINGS)
    for tokens, tags in sentences:
        trainer.append(features_of(tokens), tags)
    trainer.train(str(path))


def folds(sentences: list[Sentence], parts: int) -> float:
    """The F1 over all parts, each tagged by a model that has not seen it."""
    gold = found = right = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        for part in range(parts):
            train([one for at, one in enumerate(sentences) if at % parts != part], path)
            tagger = Tagger(path.read_bytes())
            for tokens, tags in sentences[part::parts]:
                wanted, given = entities(tags), entities(tagger.tags(tokens))
                gold, found, right = gold + len(wanted), found + len(given), right + len(wanted & given)
    return 2 * right / (gold + found)


def main() -> None:
    """Train, or tell how well training goes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake_train", description=__doc__)
    parser.add_argument("train", type=Path, help="idner-train.txt")
    parser.add_argument("--folds", type=int, default=0, help="measure on parts of the training file")
    options = parser.parse_args()
    sentences = list(read_bio(options.train.read_text(encoding="utf-8")))
    if options.folds:
        print(f"F1 {folds(sentences, options.folds):.4f} over {options.folds} parts of {len(sentences)} sentences")
        return
    train(sentences, MODEL)
    print(f"{MODEL.name}: {MODEL.stat().st_size} bytes from {len(sentences)} sentences")


if __name__ == "__main__":
    main()
