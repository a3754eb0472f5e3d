// Waits and what is due.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::wait(const Place& place) {
  const std::string step = fresh("step");
  const std::string is_due = chance(30) ? due(place) : "";
  return fmt::format("{}step {} {{ {}wait until {} if late continue }}\n", place.indent, step, is_due,
                     moment());
}

// People hear of a step that is late, whoever made it so.
std::string Writer::due(const Place& place) {
  std::string text = fmt::format("due promo.launch - {} days at 06:00 zone \"Australia/Sydney\" ", below(9));
  if (!place.alone && chance(60)) text += fmt::format("{{ on late {{ {} }} }} ", late(place));
  return text;
}

std::string Writer::late(const Place& place) {
  const std::string target = store(place);
  switch (below(4)) {
    case 0: {
      const Expr shown = units(true);
      return fmt::format("task {}(units: {}) to Clerk within 4 hours {{ on expired {{ then continue }} }}",
                         fresh("Chase"), shown.text);
    }
    case 1: {
      const std::string name = exception(false);
      return fmt::format("raise {}(promo.article, {}, {})", name, target, units(chance(40)).text);
    }
    default:
      return fmt::format("notify Label.print({}, {})", target, words());
  }
}

}  // namespace endcap::fuzz
