// Workflows that are run.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// Written by a workflow that is run, and given what was granted for one store.
std::string Writer::given_away(const std::string& grant, const std::string& element) {
  const std::string name = fresh("Put") + suffix_;
  const std::string written = "write pricing { on expired, changed, refused { finish Not() } }";
  const std::string inside =
      chance(50) ? written : fmt::format("when promo.launch < promo.end {{ {} }}", written);
  workflows_ += fmt::format(
      "workflow {}(promo: Promotion, pricing: grant of Price.activate) {{\n  {}\n  finish Put()\n}}\n\n",
      name, inside);
  return fmt::format("run {}(promo, {} for {})", name, grant, element);
}

// A part of its own, whose result is used. Whatever it fails with is taken.
std::string Writer::run_part(const Place& place) {
  const std::string name = fresh("Part") + suffix_, got = fresh("got"), step = fresh("step");
  const Expr given = units(chance(40));
  std::vector<Named> known = {{"stores", Kind::Stores}, {"units", Kind::Units, given.advice || place.advice}};
  std::vector<std::string> failures;
  std::swap(known, known_);
  std::swap(failures, failures_);
  const Place inside{.indent = "  ", .advice = place.advice, .alone = place.alone, .part = true};
  const std::string body = statements(inside, 1 + below(2), 0);
  const Expr result = units(true);
  std::swap(known, known_);
  std::swap(failures, failures_);
  workflows_ += fmt::format(
      "workflow {}(promo: Promotion, units: Qty<ea>) {{\n  let stores = read promo.stores\n{}  finish "
      "Got(units: "
      "{})\n}}\n\n",
      name, body, result.text);
  std::string taken, text;
  for (const std::string& each : failures) taken += (taken.empty() ? "" : ", ") + each;
  const std::string does = place.loop && chance(60) ? std::string("then skip") : fails("NotGot");
  text = fmt::format("{}step {} {{\n{}  run {}(promo, {}) as {}", place.indent, step, place.indent, name,
                     given.text, got);
  if (!taken.empty()) text += fmt::format(" {{ on {} {{ {} }} }}", taken, does);
  known_.push_back({got + ".units", Kind::Units, result.advice || place.advice});
  return text + "\n" + place.indent + "}\n";
}

}  // namespace endcap::fuzz
