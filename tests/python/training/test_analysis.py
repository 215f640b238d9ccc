"""What is said of a text follows from its functions and statements, by the heads that were trained."""

import json

from sapwood.answers import Item
from sapwood.inference import Analyzer
from sapwood.training import train

ONE = (
    "def total(values):\n    result = 0\n    for value in values:\n        result = result + value\n    return result\n"
)
TWO = "def least(left, right):\n    if left < right:\n        return left\n    return right\n"
PLAIN = "import json\n\nlimit = 3\nname = json.dumps(limit)\n"


def analyses(engine, *codes):
    return Analyzer.load(engine).analyze([Item(code, code) for code in codes])


def test_a_mistake_is_in_a_text_if_it_is_in_any_of_its_functions(engine, config):
    train("graphsage", engine, config)
    one, twice, plain = analyses(engine, TWO, f"{TWO}\n\n{TWO.replace('least', 'most')}", PLAIN)
    assert twice.bug.probability > 1.5 * one.bug.probability
    for kind, probability in one.bug.kinds.items():
        assert twice.bug.kinds[kind] > probability
    assert plain.bug.probability == 0.0
    assert set(plain.bug.kinds.values()) == {0.0}


def test_code_outside_functions_is_judged_by_its_statements(engine, config):
    train("graphsage", engine, config)
    train("tree-lstm", engine, config)
    plain, nothing, whole = analyses(engine, PLAIN, "", ONE)
    assert plain.bug.probability > 0.0
    assert plain.bug.kinds == {}
    assert (nothing.bug.probability, nothing.bug.lines) == (0.0, ())
    assert whole.bug.kinds


def test_confidence_is_answered_once_its_head_was_trained(engine, config, tmp_path):
    file = tmp_path / "outcomes.jsonl"
    failed = [{"code": f"def f{n}(a):\n    return a[{n}]\n", "passed": n % 2 == 0} for n in range(20)]
    named = [{"function": f"{noun}.records.merge_sorted", "passed": 1.0} for noun in ("apple", "river", "stone")]
    file.write_text("\n".join(json.dumps(line) for line in [*failed, *named]))
    data = config.data.model_copy(update={"outcomes": str(file)})
    result = train("graphsage", engine, config.model_copy(update={"data": data}))
    assert result.metrics["train_confidence"] > 0.0
    (one,) = analyses(engine, ONE)
    assert 0.0 < one.confidence < 1.0
    assert one.untrained == ()
