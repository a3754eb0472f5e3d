// Tasks, the forms in them, and what people and printers are told.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::task(const Place& place) {
  const bool slow = place.top && chance(15);  // nobody does it
  const std::string name = fresh(slow ? "SlowLook" : "Look");
  const Expr shown = units(true);
  const std::string role = asked(place);
  const uint64_t hours = 1 + below(9);
  const std::string expired = place.loop && chance(50) ? std::string("then skip") : fails("Unseen");
  if (chance(50)) return filled_in(place, name, shown, role, hours, expired);
  return fmt::format("{}task {}(units: {}) to {} within {} business hours {{ on expired {{ {} }} }}\n",
                     place.indent, name, shown.text, role, hours, expired);
}

// A role, or those of one who answer for a region.
std::string Writer::asked(const Place& place) {
  if (chance(60)) return chance(50) ? "Clerk" : "Planner";
  return place.region.empty() ? "Area(\"NSW\")" : fmt::format("Area({})", place.region);
}

// A task whose form a person fills in, beside what it comes with.
std::string Writer::filled_in(const Place& place, const std::string& name, const Expr& shown,
                              const std::string& role, uint64_t hours, std::string expired) {
  const std::string seen = fresh("seen");
  Expr filled = chance(50) ? forecast_units() : units(true), wanted{"", false};
  if (chance(50)) {
    if (expired.starts_with("fail ")) failures_.pop_back();  // it does not end so
    const Expr instead = units(true);
    wanted = units(chance(30));
    expired =
        fmt::format("then continue with Seen{}(units: {}, wanted: {})", suffix_, instead.text, wanted.text);
    filled.advice = filled.advice || instead.advice;
  }
  known_.push_back({seen + ".units", Kind::Units, filled.advice || place.advice});
  known_.push_back({seen + ".wanted", Kind::Units, wanted.advice || place.advice});
  return fmt::format(
      "{0}task {1}(units: {2}) to {3} within {4} business hours as {5} {{\n{0}  answers Seen{6}(units: "
      "{7})\n"
      "{0}  on expired {{ {8} }}\n{0}}}\n",
      place.indent, name, shown.text, role, hours, seen, suffix_, filled.text, expired);
}

std::string Writer::label(const Place& place) {
  const std::string step = fresh("step"), target = store(place);
  return fmt::format("{}step {} {{ notify Label.print({}, {}) }}\n", place.indent, step, target, words());
}

}  // namespace endcap::fuzz
