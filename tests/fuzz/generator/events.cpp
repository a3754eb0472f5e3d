// What is heard: at the top, while something is waited for, while a step stands.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::moment() {
  const char* sign = chance(50) ? "-" : "+";
  return fmt::format("promo.launch {} {} days at 06:00 zone \"Australia/Sydney\"", sign, below(9));
}

// An event and what it does. One that ends the workflow, or one that lets something happen beside it.
std::string Writer::heard(const Place& place, bool ends) {
  Place inside = place;
  inside.indent += "  ";
  inside.loop = inside.top = false;
  inside.handed.clear();
  inside.beside = true;
  const size_t outside = known_.size();
  std::string text = place.indent;
  if (ends) {
    const std::string id = fresh("id");
    text += fmt::format("on event PromotionCancelled({0}: id) where {0} == promo.id", id);
    if (chance(25)) text += " and " + condition(40).text;
    text += chance(80) ? fmt::format(" {{ {} }}\n", fails("Cancelled"))
                       : fmt::format(" {{ finish {}() }}\n", fresh("Over"));
    return text;
  }
  const std::string article = fresh("article"), where = fresh("place");
  inside.store_id = where;
  inside.region.clear();
  if (chance(35)) {
    const std::string units = fresh("foreseen"), event = forecast_event();
    known_.push_back({units, Kind::Units, true});
    text += fmt::format("on event {}({}: article, {}: store, {}: units)", event, article, where, units);
  } else {
    text += fmt::format("on event StockBelow({}: article, {}: store)", article, where);
  }
  text += fmt::format(" where {} == promo.article", article);
  if (chance(20)) text += " and " + flag(chance(50)).text;
  text += " {\n" + statements(inside, 1 + below(2), 0) + place.indent + "}\n";
  known_.resize(outside);
  return text;
}

std::string Writer::throughout(const Place& place) {
  Place inside = place;
  inside.indent += "  ";
  std::string text = place.indent + "throughout {\n";
  const bool ends = chance(60);
  if (ends) text += heard(inside, true);
  if (!ends || chance(50)) text += heard(inside, false);
  return text + place.indent + "}\n";
}

std::string Writer::wait_for_event(const Place& place) {
  const std::string step = fresh("step"), article = fresh("article"), where = fresh("place");
  const bool foreseen = chance(40);
  const std::string units = foreseen ? fresh("foreseen") : "",
                    event = foreseen ? forecast_event() : "StockBelow";
  std::string condition_text = article + " == promo.article";
  if (chance(50)) condition_text += fmt::format(" and {} == {}", where, store(place));
  if (chance(10)) condition_text += " and " + flag(true).text;
  const uint64_t days = 1 + below(6);
  // Who waits somewhere that a forecast may pass by goes on when nothing has come.
  const std::string expired = place.top && chance(50)    ? fails("Silent")
                              : place.loop && chance(60) ? "then skip"
                                                         : "then continue";
  return fmt::format(
      "{}step {} {{ wait for event {}({}: article, {}: store{}) where {} within {} days {{ on expired "
      "{{ {} }} }} }}\n",
      place.indent, step, event, article, where, foreseen ? ", " + units + ": units" : "", condition_text,
      days, expired);
}

// A wait that an event moves or ends.
std::string Writer::wait_hearing(const Place& place) {
  const std::string step = fresh("step"), id = fresh("id"), launch = fresh("launch"), until = moment();
  const std::string does = chance(60)
                               ? fmt::format("then wait until {} at 06:00 zone \"Australia/Sydney\"", launch)
                               : "then continue";
  const std::string also = chance(20) ? " and " + condition(40).text : "";
  return fmt::format(
      "{0}step {1} {{\n{0}  wait until {2} if late continue {{\n{0}    on event PromotionMoved({3}: id, {4}: "
      "launch) "
      "where {3} == promo.id{5} {{ {6} }}\n{0}  }}\n{0}}}\n",
      place.indent, step, until, id, launch, also, does);
}

std::string Writer::in_flight(const Place& place) {
  Place inside = place;
  inside.indent += "  ";
  std::string text = fmt::format("{}step {} until {} {{\n", place.indent, fresh("inFlight"), moment());
  text += heard(inside, false);
  if (place.top && chance(40)) text += heard(inside, true);
  return text + place.indent + "}\n";
}

}  // namespace endcap::fuzz
