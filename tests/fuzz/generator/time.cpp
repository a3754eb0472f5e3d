// Waits and what is due.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::wait(const Place& place) {
  const std::string step = fresh("step");
  const char* sign = chance(50) ? "-" : "+";
  return fmt::format(
      "{}step {} {{ {}wait until promo.launch {} {} days at 06:00 zone \"Australia/Sydney\" if late "
      "continue "
      "}}\n",
      place.indent, step, chance(30) ? due(place) : "", sign, below(9));
}

// People hear of a step that is late, whoever made it so.
std::string Writer::due(const Place& place) {
  std::string text = fmt::format("due promo.launch - {} days at 06:00 zone \"Australia/Sydney\" ", below(9));
  if (!place.alone && chance(50)) {
    const std::string target = store(place);
    text += fmt::format("{{ on late {{ notify Label.print({}, {}) }} }} ", target, words());
  }
  return text;
}

}  // namespace endcap::fuzz
