"""A contract asks for the gates that check it, whatever is configured."""

from dataclasses import replace

from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.store.required import CONTRACT_GATES, gates_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.store.conftest import Store

CONTRACT = (Clause("requires", "a > 0", 3),)


def with_contract(spec: Spec) -> Spec:
    return replace(spec, contract=CONTRACT)


def test_only_a_spec_with_a_contract_asks_for_more(store: "Store") -> None:
    spec = store.spec()
    assert gates_for(spec, ("structure",)) == ("structure",)
    assert gates_for(with_contract(spec), ("structure",)) == ("structure", *CONTRACT_GATES)


def test_evidence_without_the_contract_gates_is_no_evidence_of_a_contract(store: "Store") -> None:
    spec = store.spec()
    store.write()
    assert store.save(with_contract(spec)).refuse
    assert not store.save(spec).refuse
    assert store.status(spec).state == "active"
    found = store.status(with_contract(spec))
    assert found.state == "drift"
    assert [problem.what.partition(": ")[2] for problem in found.problems] == [
        f"gate {name} missing in evidence" for name in CONTRACT_GATES
    ]
