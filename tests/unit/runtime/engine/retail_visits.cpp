// The workflow of the retail program whose task is for a part of a role: see retail.h.
#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

namespace {

constexpr uint32_t kDone = 0, kExpired = 1;
constexpr uint32_t kDirector = 2, kStoreOps = 4;

}  // namespace

std::string side_of(const std::string& id) { return (id.back() - '0') % 2 == 0 ? "east" : "west"; }

PeopleScopes retail_scopes() {
  return {{"StoreOps", {{"ops", {"east"}}, {"olga", {"west"}}}}, {"Director", {{"dir", {"west"}}}}};
}

void Retail::visits() {
  const uint32_t visit = build.machine(
      build.workflow("Visit", {{"id", build.text}}, {{"Done", done}, {"Expired", done, true}}),
      MachineKind::Main, "Visit", {build.text}, [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 0) {
          const Cell side = text(c, side_of(text_of(c, id)));
          return park(c, 1, {id}, {record(c, {id}), number(4 * kHour), number(2 * kHour), side, side});
        }
        return finish(c, c->input_tag == Tag::Expired ? kExpired : kDone, record(c, {id, number(0)}));
      });
  auto& point = build.wait(visit, WaitKind::Task, "visit", {build.text},
                           {task, build.duration, build.duration, build.text, build.text});
  point.label = "Visit";
  point.role = kStoreOps;
  point.scope = 3;
  point.within = abi::TimeLimit{1, {}};
  point.escalations = {{kDirector, {2, {}}, 4}};
}

}  // namespace endcap::test
