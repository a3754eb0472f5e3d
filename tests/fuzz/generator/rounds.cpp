// Rounds that hand on a quantity.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// Rounds that hand on a quantity. Where a forecast decides that there is another one, it may hold back what
// comes behind them: a veto like the others.
std::string Writer::rounds(const Place& place, int depth) {
  Place inside = place;
  inside.indent += "  ";
  const std::string step = fresh("step"), handed = fresh("handed");
  inside.top = false;
  inside.loop = false;
  inside.handed = handed;
  const Expr first = units(chance(30));
  const bool forecast = !all(Kind::Stock, true).empty() && chance(50);
  const Expr decides = forecast ? forecast_flag() : flag(false);
  const size_t outside = known_.size();
  std::string text = fmt::format("{}step {} repeat up to {} times with {} = {} {{\n", place.indent, step,
                                 2 + below(2), handed, first.text);
  const Expr next = units(chance(30));
  inside.advice = place.advice || forecast;
  const bool advice = inside.advice || first.advice || next.advice;
  known_.push_back({handed, Kind::Units, advice});
  text += statements(inside, 1 + below(2), depth - 1);
  if (options_.vetoes || !forecast)
    text +=
        fmt::format("{}when {} {{ again with {} = {} }}\n", inside.indent, decides.text, handed, next.text);
  // Never so: without it nothing would begin another round in the reference.
  text += fmt::format("{}when promo.launch > promo.end {{ again }}\n", inside.indent);
  text += fmt::format("{}}} otherwise {{ {} }}\n", place.indent, place.loop ? "skip" : fails("Never"));
  known_.resize(outside);
  known_.push_back({handed, Kind::Units, advice});
  return text;
}

// Rounds in which a person may want something else, which is asked for in the next one.
std::string Writer::haggle(const Place& outer) {
  Place place = outer;
  place.indent += "  ";
  place.top = place.loop = false;
  const std::string step = fresh("step"), proposal = fresh("move"), grant = fresh("open"),
                    target = store(outer);
  place.handed = fresh("handed");
  const Expr first = units(chance(15));
  const size_t outside = known_.size();
  known_.push_back({place.handed, Kind::Units, first.advice || outer.advice});
  const uint64_t what = below(3);
  constexpr const char* kOperations[] = {"Transfer.commit", "Move.order", "Move.urgent"};
  constexpr const char* kPolicies[] = {"MoveGate", "MoveByHand", "UrgentByHand"};
  std::string text = fmt::format("{}step {} repeat up to {} times with {} = max(6 ea, {}) {{\n", outer.indent,
                                 step, 2 + below(2), place.handed, first.text);
  if (chance(30)) text += read_stock(place);
  text += fmt::format("{}let {} = propose {}({}, {})", place.indent, proposal, kOperations[what], target,
                      place.handed);
  if (what == 1) text += fmt::format(" undo Move.cancel({}, {})", target, place.handed);
  text += "\n" + approval(place, proposal, kPolicies[what], grant, false, true);
  text += place.indent + "write " + grant + "\n";
  text += fmt::format("{}}} otherwise {{ {} }}\n", outer.indent, outer.loop ? "skip" : fails("Never"));
  known_.resize(outside);
  return text;
}

}  // namespace endcap::fuzz
