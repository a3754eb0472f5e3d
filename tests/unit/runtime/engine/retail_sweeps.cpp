// The workflow of the retail program that sweeps over combinations: see retail.h.
#include <algorithm>
#include <cstdlib>

#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

namespace {

constexpr uint32_t kDone = 0, kCancelled = 1;
constexpr int64_t kHashMax = 1'000'000'007;

Cell numbers(Context* c, int64_t count) {
  std::vector<Cell> cells;
  for (int64_t i = 0; i < count; ++i) cells.push_back(number(i));
  return list(c, cells);
}

}  // namespace

Swept swept_of(const std::string& id) {
  Swept swept;
  size_t at = id.find('/');
  for (int64_t* each : {&swept.outer, &swept.inner, &swept.modulus, &swept.fails}) {
    if (at == std::string::npos) break;
    *each = std::atoll(id.c_str() + at + 1);
    at = id.find('/', at + 1);
  }
  return swept;
}

int64_t Swept::matching() const {
  const int64_t all = outer * inner;
  return modulus <= 0 ? 0 : (all + modulus - 1) / modulus;
}

int64_t Swept::collected(int64_t offset) const {
  int64_t hash = 0;
  for (int64_t i = 0; i < matching(); ++i) hash = (hash * 31 + i * modulus + offset) % kHashMax;
  return hash;
}

void Retail::sweeps(int64_t offset) {
  const std::vector<abi::Outcome> outcomes{{"Done", done}, {"Cancelled", done, true}};
  const TypeId list_type = build.list_of_integer, integer = build.integer;
  const uint32_t workflow = build.workflow("Sweep", {{"id", build.text}}, outcomes);
  const uint32_t sweep = build.machine(
      workflow, MachineKind::Main, "Sweep", {build.text}, [list_type](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 0) {
          const Swept swept = swept_of(text_of(c, id));
          return park(c, 1, {id},
                      {numbers(c, swept.outer), numbers(c, swept.inner), id, number(swept.modulus)});
        }
        if (c->input_tag == Tag::TooManyFailed) return finish(c, kCancelled, record(c, {id, number(0)}));
        int64_t hash = 0;
        for (const Cell each : cells_of(c, list_type, c->input))
          hash = (hash * 31 + static_cast<int64_t>(each.bits)) % kHashMax;
        return finish(c, kDone, record(c, {id, number(hash)}));
      });
  // Every other one waits an hour; the first `fails` fail.
  const uint32_t element =
      build.machine(workflow, MachineKind::Element, "Sweep/gaps[outer, inner]",
                    {build.text, integer, integer}, [](Context* c, uint32_t state) {
                      const Swept swept = swept_of(text_of(c, c->frame[0]));
                      const auto outer = static_cast<int64_t>(c->frame[1].bits);
                      const int64_t place = outer * swept.inner + static_cast<int64_t>(c->frame[2].bits);
                      if (place / std::max<int64_t>(swept.modulus, 1) < swept.fails)
                        return fail(c, kCancelled, record(c, {c->frame[0], number(place)}), false);
                      if (state == 0 && place % 2 == 1)
                        return park(c, 1, {c->frame[0], c->frame[1], c->frame[2]}, {number(c->now + kHour)});
                      return yield(c, number(place));
                    });
  // A modulus below zero is the place that faults.
  const uint32_t guard = build.machine(
      workflow, MachineKind::Element, "Sweep/gaps where", {integer, integer, list_type, integer, integer},
      [list_type, offset](Context* c, uint32_t) {
        const auto modulus = static_cast<int64_t>(c->frame[0].bits),
                   outer = static_cast<int64_t>(c->frame[1].bits);
        const std::vector<Cell> inner = cells_of(c, list_type, c->frame[2]);
        std::vector<Cell> found;
        for (auto i = static_cast<int64_t>(c->frame[3].bits); i < c->frame[4].bits; ++i) {
          const auto each = static_cast<int64_t>(inner.at(static_cast<size_t>(i)).bits);
          const int64_t place = outer * static_cast<int64_t>(inner.size()) + each;
          if (place == -modulus && modulus < 0) {
            c->fault = static_cast<uint32_t>(FaultKind::Overflow);
            c->fault_place.line = 7;
            return Exit::Faulted;
          }
          if (modulus > 0 && place % modulus == offset) found.push_back(number(i));
        }
        return yield(c, list(c, found));
      });
  auto& point = build.wait(sweep, WaitKind::Sweep, "gaps", {build.text},
                           {list_type, list_type, build.text, integer}, list_type);
  point.branches = {{element, "gaps", 2, 1}, {guard, "gaps where", 3, 1}};
  point.elements = {integer, integer};
  point.parallel = 2;
  point.collects = true;
  point.tolerate = abi::Tolerance{true, 333'333};
  build.wait(element, WaitKind::Until, "gaps[outer, inner].wait", {build.text, integer, integer},
             {build.instant}, build.instant);
}

}  // namespace endcap::test
