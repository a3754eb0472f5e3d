// The workflow of the retail program that would use a grant twice: see retail.h.
#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

using abi::MachineKind;
using abi::WaitKind;

void Retail::twice() {
  const uint32_t workflow = build.workflow("Twice", {{"id", build.text}}, {{"Done", done}});
  const uint32_t main_machine =
      build.machine(workflow, MachineKind::Main, "Twice", {build.text}, [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 1) return park(c, 2, {id}, {c->input, c->input});
        if (state == 2) return finish(c, 0, record(c, {id, number(1)}));
        const Cell target = text(c, "A"), payload = record(c, {id, target});
        const Cell leaf_of_a = record(c, {target, payload, record(c, {payload}), record(c, {id, number(5)})});
        return park(c, 1, {id},
                    {list(c, {leaf_of_a}), list(c, {number(0)}), number(c->now + 30 * kDay), number(kDay)});
      });
  const auto writes = [&](const char* name) {
    return build.machine(workflow, MachineKind::Branch, name, {build.grant}, [](Context* c, uint32_t state) {
      return state == 0 ? park(c, 1, {}, {c->frame[0], text(c, "A")}) : Exit::Done;
    });
  };
  const uint32_t first = writes("Twice/first"), second = writes("Twice/second");
  auto& approve = build.wait(main_machine, WaitKind::Approve, "gate", {build.text},
                             {proposal, build.list_of_integer, build.instant, build.duration}, build.grant);
  approve.label = "one";
  approve.proposals = {{"prices", 0, 1, proposal}};
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
  auto& both = build.wait(main_machine, WaitKind::Together, "both", {build.text}, {build.grant, build.grant});
  both.branches = {{first, "first", 0, 1}, {second, "second", 1, 1}};
  build.wait(first, WaitKind::Write, "both.first", {}, {build.grant, build.text});
  build.wait(second, WaitKind::Write, "both.second", {}, {build.grant, build.text});
}

}  // namespace endcap::test
