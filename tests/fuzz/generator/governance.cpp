// What is proposed, asked for and written.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// What is refused under an approval, or when it was not answered.
std::string Writer::not_granted(const Place& place) {
  if (place.loop && chance(60)) return "{ then skip }";
  if (!place.handed.empty() && chance(30)) return "{ then again }";
  return "{ " + fails("No") + " }";
}

// What happens before the deadline.
std::string Writer::patience(const Place& place) {
  std::string text;
  if (chance(25)) text += place.indent + "  remind after 2 business hours\n";
  if (chance(25)) text += place.indent + "  escalate to Planner after 4 business hours\n";
  return text;
}

// A form for an offer. Where an offer would end more than the rounds or the element, its name says so: who is
// asked offers nothing there, for what a forecast passes by would not end either.
std::string Writer::countered(const Place& place, bool always) {
  if (!always && !chance(20)) return "";
  const std::string offered = fresh("offered");
  const Expr prefilled = units(chance(15));
  const std::string form = chance(60) ? fmt::format("(units: {})", prefilled.text) : "";
  std::string does = !place.handed.empty() ? fmt::format("then again with {} = {}", place.handed, offered)
                     : place.loop          ? std::string("then skip")
                                           : fails("Countered");
  if (chance(30)) {
    does = fmt::format("task {}(units: {}) to Clerk within 4 hours {{ on expired {{ then continue }} }} {}",
                       fresh("Agree"), offered, does);
  }
  return fmt::format("{0}  counter Offer{1}{2}\n{0}  on countered({3}: units) {{ {4} }}\n", place.indent,
                     suffix_, form, offered, does);
}

std::string Writer::approval(const Place& place, const std::string& proposal, const char* policy,
                             const std::string& grant, bool of_many, bool counters) {
  const std::string refused = not_granted(place);
  const std::string changed = chance(70) ? std::string("{ then ask again }") : not_granted(place);
  const bool by_line = of_many && chance(40);
  const std::string offers = of_many ? "" : countered(place, counters);
  const std::string waits = patience(place);
  return fmt::format(
      "{0}approve {1} under {2} as {3} valid until promo.end at 23:59 zone \"Australia/Sydney\" {{\n"
      "{6}{0}  within 8 business hours\n{8}{9}{0}  on rejected, expired {4}\n{7}{0}  on changed {5}\n{0}}}\n",
      place.indent, proposal, policy, grant, refused, changed, by_line ? place.indent + "  by line\n" : "",
      by_line ? place.indent + "  on refused " + line_refused(place) + "\n" : "", waits, offers);
}

// At a write in a loop of its own.
std::string Writer::line_refused(const Place& place) {
  if (chance(40)) return "{ then skip }";
  return chance(50) ? "{ then continue }" : not_granted(place);
}

// Sometimes under a condition; what a forecast decides there the checker must refuse.
std::string Writer::perhaps(const Place& place, const std::string& written) {
  if (chance(60)) return place.indent + written + "\n";
  return fmt::format("{}when {} {{ {} }}\n", place.indent, condition(30).text, written);
}

std::string Writer::write_one(const Place& outer) {
  Place place = outer;
  place.indent += "  ";
  const std::string step = fresh("step"), proposal = fresh("move"),
                    grant = fresh(place.top && chance(10) ? "slow" : "grant");
  const std::string target = store(place);
  const size_t outside = known_.size();
  std::string text = fmt::format("{}step {} {{\n", outer.indent, step);
  if (chance(40)) text += read_stock(place);
  const uint64_t what = below(5);
  const Expr quantity = chance(what == 0 ? 15 : 30) ? forecast_units() : units(chance(20));
  constexpr const char* kOperations[] = {"Transfer.commit", "Move.order", "Move.urgent", "Move.small",
                                         "Move.rare"};
  constexpr const char* kPolicies[] = {"MoveGate", "MoveByHand", "UrgentByHand", "SmallMoves",
                                       "RareByHand, RareSmall"};
  text += fmt::format("{}let {} = propose {}({}, {})", place.indent, proposal, kOperations[what], target,
                      quantity.text);
  if (what == 1 && chance(40)) text += fmt::format(" undo Move.cancel({}, {})", target, quantity.text);
  text += "\n" + approval(place, proposal, kPolicies[what], grant);
  std::string written = "write " + grant;
  if (what == 1 && place.loop && chance(30)) written += " { on NotEnough { then skip } }";
  text += perhaps(place, written);
  known_.resize(outside);
  return text + outer.indent + "}\n";
}

std::string Writer::write_each(const Place& outer) {
  Place place = outer;
  place.indent += "  ";
  const std::string step = fresh("step"), proposal = fresh("prices"), grant = fresh("pricing"),
                    each = fresh("store");
  std::string text = fmt::format("{}step {} {{\n", outer.indent, step);
  text += fmt::format(
      "{0}let {1} = propose for each {2} in stores {{ Price.activate(promo, {2}) undo "
      "Price.withdraw(promo, {2}) }}\n",
      place.indent, proposal, each);
  // Its handlers stand at writes in another loop too, where a `skip` would leave that one.
  Place outside_of_loop = place;
  outside_of_loop.loop = false;
  text += approval(outside_of_loop, proposal, "PriceGate", grant, true);
  const std::string element = fresh("store");
  text += fmt::format("{}for each {} in stores parallel {} {{\n", place.indent, element, 1 + below(4));
  Place inside = place;
  inside.indent += "  ";
  inside.loop = true;
  inside.store_id = element + ".id";
  inside.region = element + ".region";
  const size_t outside = known_.size();
  if (chance(40)) {
    text += read_stock(inside);
    text += veto(inside);
  }
  text += perhaps(inside,
                  chance(30) ? given_away(grant, element) : fmt::format("write {} for {}", grant, element));
  known_.resize(outside);
  return text + place.indent + "}\n" + outer.indent + "}\n";
}

}  // namespace endcap::fuzz
