// What goes wrong in the business, raised by whoever sees it.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::raise(const Place& place) {
  const std::string name = exception(false), where = store(place);
  const Expr told = units(chance(60));
  const std::string raised = fmt::format("raise {}(promo.article, {}, {})", name, where, told.text);
  if (chance(50)) return place.indent + raised + "\n";
  return fmt::format("{}when {} {{ {} }}\n", place.indent, condition(70).text, raised);
}

std::string Writer::raise_and_wait(const Place& place) {
  const std::string step = fresh("step"), name = exception(true), where = store(place);
  const Expr told = units(chance(25));
  const std::string expired = place.top && chance(50)    ? fails("Unresolved")
                              : place.loop && chance(60) ? "then skip"
                                                         : "then continue";
  return fmt::format(
      "{}step {} {{ raise and wait {}(promo.article, {}, {}) within {} hours {{ on expired {{ {} }} }} }}\n",
      place.indent, step, name, where, told.text, 1 + below(30), expired);
}

}  // namespace endcap::fuzz
