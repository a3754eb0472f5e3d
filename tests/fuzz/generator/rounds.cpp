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
  text += fmt::format("{}}} otherwise {{ {} }}\n", place.indent,
                      place.loop ? "skip" : fmt::format("fail {}() and keep", fresh("Never")));
  known_.resize(outside);
  known_.push_back({handed, Kind::Units, advice});
  return text;
}

}  // namespace endcap::fuzz
