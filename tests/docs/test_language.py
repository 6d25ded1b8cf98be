"""README, site, help texts and captions are written in short, plain sentences."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from markdown_it import MarkdownIt

from ising_fidelity.cli.main import app
from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import (
    Attribution,
    Comparison,
    Finish,
    FiniteSize,
    Relaxation,
)
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.judgement.glossary import GLOSSARY
from ising_fidelity.judgement.pictures import DRAWN
from ising_fidelity.paper import CLAIMS
from ising_fidelity.paper.claims import load

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("start", "guide", "operate", "develop")
PAGES = [
    ROOT / "README.md",
    ROOT / "examples" / "README.md",
    *(path for name in FOLDERS for path in sorted((ROOT / "docs" / name).glob("*.md"))),
]
MOST_WORDS, MOST_NUMBERS = 30, 3
SHORT_FORMS = r"\b(Fig|Figs|Sec|Eq|al|e\.g|i\.e|vs)\."
"""Ends of words that are no ends of sentences."""
PLACES = r"\b(Fig|Figs|Sec|Eq)\. ?S?\d+[a-d]?|\bL = \d+|\bT = [\d.]+|\bPython [\d.]+"
"""Names and conditions that have a number in them, in place of results."""
FORBIDDEN = {
    r"held against": "compared with",
    r"(?:is|are|was|were|be) told": "uses, is given",
    r"(?:goes|go|going|gone) on from": "resumes",
    r"deep in noise": "at high noise",
    r"frames? of coins": "random configurations",
    r"turned (?:over|spins|back)": "flipped",
    r"(?:draws?|drew) (?:frames?|spins?|lattices?|at once|samples)": "samples",
    r"frames? (?:is|are|were) drawn": "sampled",
    r"hangs? (?:on|together)": "depends on, is correlated with",
    r"whoever": "the job that",
    r"by heart": "copied from the training frames",
    r"(?:is|are) there to be": "exists",
    r"what (?:does it|it is made of)": "name it",
    r"begun (?:anew|with)": "started from",
    r"taken for": "read as",
    r"is written to": "is meant to",
    r"no part of": "not part of",
    r"of like": "of equal",
    r"the (?:surer|better|more) .{1,40}, the": "say what depends on what",
    r"said to be": "labelled",
    r"looks? as (?:bad|good)": "deviates as much",
    r"next to none": "almost none",
    r"comes? again": "is repeated",
    r"made elsewhere": "imported",
    r"greatest (?:pseudo-)?likelihood": "maximum likelihood",
    r"held beside": "used as baselines",
    r"all being written": "all files are written",
    r"(?:can|cannot|could not) be told": "is ambiguous, is unknown",
    r"tells? (?:them|it|both|the two|the sides) apart": "separates, distinguishes",
    r"answers? to (?:its|their|the) neighbors": "the distribution of a spin given its neighbors",
    r"makes of": "gives",
    r"mend(?:s|ed)?": "corrects",
    r"on top of": "started from, after",
    r"as of an?": "as for, caused by",
    r"as far as (?:it|they) (?:is|are)": "where",
    r"left over": "remaining",
    r"further coupling": "additional coupling",
    r"spins alike|like spins": "equal spins",
}
"""Phrases that a physicist reads twice, and what to write in their place."""


def passages(text):
    """Return the text of paragraphs and list items: no code, tables, generated parts or links."""
    text = re.sub(r"<!-- begin: ([\w-]+) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    found = []
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open":
            parts = [
                {"text": one.content, "code_inline": "code", "softbreak": " "}.get(one.type, "")
                for one in token.children
            ]
            found.append(re.sub(r"\$[^$]*\$", "x", "".join(parts)))
    return found


def sentences(text):
    """Return the sentences of a passage."""
    text = re.sub(SHORT_FORMS + " ", lambda short: short[0].replace(". ", ".~"), text)
    return [one.replace("~", " ") for one in re.split(r"(?<=[.!?])[)\"]*\s+", text) if one]


def numbers(sentence):
    """Return the numbers of a sentence that are not parts of names."""
    return re.findall(r"(?<![\w.-])\d+(?:[.,]\d+)*", re.sub(PLACES, "", sentence))


def words(sentence):
    return re.findall(r"[^\W\d_][\w'.-]*", sentence)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_short_and_plain(path):
    wrong = []
    for sentence in (one for text in passages(path.read_text()) for one in sentences(text)):
        if len(words(sentence)) > MOST_WORDS:
            wrong.append(f"{len(words(sentence))} words: {sentence}")
        if len(numbers(sentence)) > MOST_NUMBERS:
            wrong.append(f"{len(numbers(sentence))} numbers: {sentence}")
        for phrase, better in FORBIDDEN.items():
            if re.search(rf"\b{phrase}\b", sentence, re.IGNORECASE):
                wrong.append(f"write {better!r}: {sentence}")
    assert not wrong, "\n".join(wrong)


def texts_of_the_program():
    """Yield the texts that users of commands, figures and claims read."""
    commands = typer.main.get_command(app).commands.values()
    yield from (command.help for command in commands)
    yield from (one.help for command in commands for one in command.params)
    yield from (figure.caption for figure in FIGURES.values())
    yield from (part for pair in GLOSSARY.values() for part in pair)
    yield from DRAWN.values()
    yield from (claim.note for claim in load(CLAIMS))
    for section in (Config, Comparison, Relaxation, Finish, Attribution, FiniteSize):
        yield section.__doc__
        yield from (field.description for field in section.model_fields.values())


def test_texts_of_the_program_are_plain():
    texts = [" ".join(text.split()) for text in texts_of_the_program() if text]
    assert len(texts) > 200
    wrong = [
        f"write {better!r}: {text}"
        for text in texts
        for phrase, better in FORBIDDEN.items()
        if re.search(rf"\b{phrase}\b", text, re.IGNORECASE)
    ]
    wrong += [
        f"{len(words(one))} words: {one}"
        for text in texts
        for one in sentences(text)
        if len(words(one)) > MOST_WORDS
    ]
    assert not wrong, "\n".join(wrong)


def test_the_check_finds_what_is_wrong():
    text = "A first sentence, see Fig. 3. It has 1, 2.5, 3 and 4 of DiffIsing3 at L = 64.\n"
    first, second = sentences(passages(f"{text}\n```\n1 2 3 4 5\n```\n\n| 1 | 2 |\n|-|-|\n")[0])
    assert (len(words(first)), numbers(first)) == (5, [])
    assert numbers(second) == ["1", "2.5", "3", "4"]
    assert len(passages("One `code`.\n\n* Two\n* Three\n\n# Head\n")) == 3
    assert re.search(next(iter(FORBIDDEN)), "It is held against exact results.")
