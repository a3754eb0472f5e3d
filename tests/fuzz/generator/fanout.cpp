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
  inside.top = false;
  inside.handed.clear();
  inside.store_id = element + ".id";
  inside.region = element + ".region";
  std::string text = fmt::format("for each {} in stores", element);
  const bool sweeps = parallel && chance(25);
  inside.sweep = sweeps;
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
  // What fails in an element is no failure of the workflow.
  const std::vector<std::string> failures = failures_;
  text += fmt::format(" tolerate {} {{\n", tolerated[below(4)]) + statements(inside, 1 + below(3), 0);
  if (chance(60)) text += veto(inside);
  failures_ = failures;
  return text + fmt::format("{}}} otherwise {{ {} }}\n", place.indent, fails("TooMany", false));
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
  known_.push_back({plans, Kind::Plans, true, inside.sweep});
  return text;
}

// What a model named, one by one.
std::string Writer::advised_loop(const Place& place, int depth) {
  std::string text;
  if (all(Kind::Advised, true).empty() || chance(30)) {
    const std::string name = fresh("named");
    known_.push_back({name, Kind::Advised, true});
    text = fmt::format("{}let {} = ask Recommend(promo.article) or else []\n", place.indent, name);
  }
  const auto lists = all(Kind::Advised, true);
  const std::string list = lists[below(lists.size())]->name, one = fresh("one");
  const size_t outside = known_.size();
  Place inside = place;
  inside.indent += "  ";
  inside.loop = inside.advice = true;
  inside.top = false;
  inside.handed.clear();
  inside.store_id = one + ".store";
  inside.region.clear();
  known_.push_back({one + ".units", Kind::Units, true});
  known_.push_back({one + ".urgent", Kind::Flag, true});
  text += fmt::format("{}step {} for each {} in {} parallel {} {{\n", place.indent, fresh("step"), one, list,
                      1 + below(4));
  text += statements(inside, 1 + below(3), depth - 1) + place.indent + "}\n";
  known_.resize(outside);
  return text;
}

// A quantity in shares, one a store.
std::string Writer::shares(const Place& place, int depth) {
  const std::string part = fresh("part");
  const Expr whole = units(chance(40)), weighs = flag(chance(40));
  const std::string heavy = fresh("heavy");
  const size_t outside = known_.size();
  Place inside = place;
  inside.indent += "  ";
  inside.loop = true;
  inside.top = false;
  inside.handed.clear();
  inside.store_id = part + ".element.id";
  inside.region = part + ".element.region";
  // What is weighed is `it`: no other shares can be made in there.
  std::string text = fmt::format("{}let {} = {}\n", place.indent, heavy, weighs.text);
  text += fmt::format(
      "{}for each {} in allocate max(1 ea, {}) over stores by (when {} and it.region == \"NSW\" then {} "
      "otherwise {}) {{\n",
      place.indent, part, whole.text, heavy, 1 + below(5), 1 + below(5));
  known_.push_back({part + ".amount", Kind::Units, whole.advice || weighs.advice || place.advice});
  text += statements(inside, 1 + below(2), depth - 1) + place.indent + "}\n";
  known_.resize(outside);
  return text;
}

// A map, by its keys.
std::string Writer::entries(const Place& place, int depth) {
  std::string text;
  if (all(Kind::Levels, true).empty()) text = levels(place);
  const auto maps = all(Kind::Levels, true);
  const Named map = *maps[below(maps.size())];
  const std::string entry = fresh("entry");
  const size_t outside = known_.size();
  Place inside = place;
  inside.indent += "  ";
  inside.loop = true;
  inside.top = false;
  inside.handed.clear();
  inside.advice = place.advice || map.advice;
  inside.store_id = entry + ".key";
  inside.region.clear();
  known_.push_back({entry + ".value", Kind::Units, map.advice || place.advice});
  text += fmt::format("{}for each {} in {} {{\n", place.indent, entry, map.name);
  text += statements(inside, 1 + below(2), depth - 1) + place.indent + "}\n";
  known_.resize(outside);
  return text;
}

}  // namespace endcap::fuzz
