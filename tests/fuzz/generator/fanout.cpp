// Loops over stores: one after the other, side by side, in combinations.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// An element's own store, and a condition on which elements; side by side also a store with every other
// one.
std::string Writer::head(const Place& place, const std::string& element, Place& inside, bool parallel) {
  inside = place;
  inside.indent += "  ";
  inside.loop = true;
  inside.store = element;
  std::string text = fmt::format("for each {} in stores", element);
  const bool sweeps = parallel && chance(25);
  if (!sweeps && !chance(35)) return text;
  if (sweeps) text = fmt::format("sweep {} in stores, {} in stores", element, fresh("other"));
  const Expr decides = condition(30);
  inside.advice = place.advice || decides.advice;
  const char* region = chance(50) ? "NSW" : "VIC";
  return text + fmt::format(" where {}.region != \"{}\" and {}", element, region, decides.text);
}

std::string Writer::loop(const Place& place, int depth, bool parallel) {
  Place inside;
  const std::string element = fresh("store");
  // A loop that waits for its elements is known by its step.
  std::string text = place.indent;
  if (parallel) text += fmt::format("step {} ", fresh("step"));
  text += head(place, element, inside, parallel);
  if (parallel) text += fmt::format(" parallel {}", 1 + below(4));
  if (!parallel || !chance(40))
    return text + " {\n" + statements(inside, 1 + below(3), depth - 1) + place.indent + "}\n";
  inside.alone = true;
  const char* tolerated[] = {"0", "1", "34%", "100%"};
  text += fmt::format(" tolerate {} {{\n", tolerated[below(4)]) + statements(inside, 1 + below(3), 0);
  if (chance(60)) text += veto(inside);
  return text + fmt::format("{0}}} otherwise {{ fail {1}() and keep }}\n", place.indent, fresh("TooMany"));
}

std::string Writer::collect(const Place& place, int depth) {
  Place inside;
  const std::string element = fresh("store"), plans = fresh("plans");
  std::string text = place.indent + head(place, element, inside, true);
  const size_t outside = known_.size();
  text += fmt::format(" parallel {} collect {} {{\n", 1 + below(4), plans);
  text += read_stock(inside);
  if (chance(40)) text += veto(inside);
  text += statements(inside, below(2), depth - 1);
  const Expr gap = units(true);
  text +=
      fmt::format("{}yield Plan(store: {}, gap: {})\n{}}}\n", inside.indent, element, gap.text, place.indent);
  known_.resize(outside);
  known_.push_back({plans, Kind::Plans, true});
  return text;
}

}  // namespace endcap::fuzz
