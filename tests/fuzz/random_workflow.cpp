// The writer of random workflows: see random_workflow.h.
#include "tests/fuzz/random_workflow.h"

#include <fmt/format.h>

#include <random>
#include <string_view>
#include <vector>

namespace endcap::fuzz {
namespace {

// An expression, and whether a forecast is part of it as far as the writer can see.
struct Expr {
  std::string text;
  bool advice = false;
};

enum class Kind : uint8_t { Units, Amount, Flag, Count, Stock, Stores, Plans };

struct Named {
  std::string name;
  Kind kind;
  bool advice = false;
};

class Writer {
 public:
  Writer(uint64_t seed, const RandomWorkflowOptions& options)
      : random_(seed),
        options_(options),
        depth_(seed % 8 == 0  ? 3
               : seed % 8 < 3 ? 2
                              : 1) {}

  std::string module(const std::string& name) {
    // Functions of all modules stand side by side: their names say whose they are.
    suffix_ = "_" + name.substr(name.find_last_of('.') + 1);
    std::string body = "  let stores = read promo.stores\n";
    known_ = {{"stores", Kind::Stores, false}};
    body += statements({.indent = "  "}, static_cast<uint64_t>(depth_) + below(3), depth_);
    std::string text = fmt::format(
        "module {}\n\n-- Written at random.\n\nuse fixture.base\nuse fixture.advice\nuse system erp\nuse "
        "calendar office\n\n",
        name);
    text += "role Area by Text(3)\n\n";
    text += functions_ + "\n";
    text += fmt::format("record Seen{} {{ units: Qty<ea>, wanted: Qty<ea>, note: optional Text(20) }}\n\n",
                        suffix_);
    text += workflows_;
    text += fmt::format("workflow Flow(promo: Promotion) key promo.id version 1 {{\n{}  finish Done()\n}}\n",
                        body);
    const std::string given = facts();
    text += test("reference", given);
    for (int i = 1; i <= kVariants; ++i) text += test(fmt::format("variant {}", i), given);
    return text;
  }

 private:
  // Where a statement stands.
  struct Place {
    std::string indent;
    bool loop = false;    // `skip` means something
    bool advice = false;  // a forecast decides whether control comes here
    std::string store;    // the store of the loop around it
    bool alone = false;   // an element that may fail alone: nothing runs beside it
  };

  uint64_t below(uint64_t limit) { return random_() % limit; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  std::string fresh(const char* stem) { return fmt::format("{}{}", stem, ++number_); }

  std::vector<const Named*> all(Kind kind, bool advice) const {
    std::vector<const Named*> found;
    for (const Named& each : known_) {
      if (each.kind == kind && (advice || !each.advice)) found.push_back(&each);
    }
    return found;
  }
  Expr name_or(Kind kind, bool advice, Expr otherwise) {
    const auto found = all(kind, advice);
    if (found.empty()) return otherwise;
    const Named* one = found[below(found.size())];
    return {one->name, one->advice};
  }

  // ---------------------------------------------------------------- expressions; `advice`: may a forecast be
  // in it

  // Draws are made in the order of the text: the same seed gives the same text whatever compiled this.
  using Draw = Expr (Writer::*)(bool, int);
  Expr both(const char* form, Draw draw, bool advice, int depth) {
    const Expr a = (this->*draw)(advice, depth);
    const Expr b = (this->*draw)(advice, depth);
    return {fmt::format(fmt::runtime(form), a.text, b.text), a.advice || b.advice};
  }
  Expr chosen(Draw draw, bool advice, int depth) {
    const Expr condition = flag(advice, depth);
    const Expr a = (this->*draw)(advice, depth);
    const Expr b = (this->*draw)(advice, depth);
    return {fmt::format("(when {} then {} otherwise {})", condition.text, a.text, b.text),
            a.advice || b.advice || condition.advice};
  }

  Expr units(bool advice, int depth = 3) {
    const Expr literal{fmt::format("{} ea", below(12)), false};
    switch (below(depth > 0 ? 12 : 3)) {
      case 0:
        return literal;
      case 1:
      case 2:
        return name_or(Kind::Units, advice, literal);
      case 3:
        return both("({} + {})", &Writer::units, advice, depth - 1);
      case 4:
        return both("({} - {})", &Writer::units, advice, depth - 1);
      case 5:
        return both("max({}, {})", &Writer::units, advice, depth - 1);
      case 6:
        return both("min({}, {})", &Writer::units, advice, depth - 1);
      case 7:
        return chosen(&Writer::units, advice, depth - 1);
      case 8: {
        const auto stocks = all(Kind::Stock, true);
        if (stocks.empty()) return literal;
        const std::string& stock = stocks[below(stocks.size())]->name;
        return advice && chance(50) ? Expr{fmt::format("short_of({})", stock), true}
                                    : Expr{fmt::format("spare({})", stock), false};
      }
      case 9: {
        const auto plans = all(Kind::Plans, advice);
        if (plans.empty()) return literal;
        const Named* list = plans[below(plans.size())];
        const std::string each = fresh("each");
        constexpr const char* kForms[] = {
            "(sum of {0}.gap for each {0} in {1})",
            "(sum of {0}.gap for each {0} in {1} where {0}.gap > {2} ea)",
            "((first of {0}.gap for each {0} in {1} where {0}.gap < {2} ea) or else {2} ea)",
            "((map of {0}.store.id to {0}.gap for each {0} in {1} where {0}.gap < {2} ea)[\"0002\"] or else 3 ea)"};
        return {fmt::format(fmt::runtime(kForms[below(4)]), each, list->name, below(12)), true};
      }
      case 10: {
        const std::string mixed = function() + "({}, {})";
        return both(mixed.c_str(), &Writer::units, advice, depth - 1);
      }
      default:
        return literal;
    }
  }

  Expr amount(bool advice, int depth = 2) {
    switch (below(depth > 0 ? 8 : 3)) {
      case 0:
        return {"promo.price", false};
      case 1:
        return {"promo.landedCost", false};
      case 2:
        return name_or(Kind::Amount, advice, {fmt::format("AUD {}.{:02}", below(30), below(100)), false});
      case 3:
        return both("({} + {})", &Writer::amount, advice, depth - 1);
      case 4:
        return both("({} - {})", &Writer::amount, advice, depth - 1);
      case 5: {
        const Expr part = amount(advice, depth - 1);
        constexpr const char* kModes[] = {"half even", "half up", "up", "down"};
        return {fmt::format("(round {} * {}% to 2 places {})", part.text, below(150), kModes[below(4)]),
                part.advice};
      }
      case 6:
        return chosen(&Writer::amount, advice, depth - 1);
      default:
        return both("max({}, {})", &Writer::amount, advice, depth - 1);
    }
  }

  std::string stores_counted() {
    if (chance(50)) return "count of stores";
    return fmt::format("(count of {0} for each {0} in stores where {0}.region != \"NSW\")", fresh("each"));
  }

  Expr count(bool advice, int depth = 2) {
    switch (below(depth > 0 ? 6 : 3)) {
      case 0:
        return {fmt::format("{}", below(9)), false};
      case 1:
        return {"(promo.end - promo.launch)", false};
      case 2:
        return name_or(Kind::Count, advice, {stores_counted(), false});
      case 3:
        return both("({} + {})", &Writer::count, advice, depth - 1);
      case 4:
        return both("({} * {})", &Writer::count, advice, depth - 1);
      default:
        return chosen(&Writer::count, advice, depth - 1);
    }
  }

  Expr flag(bool advice, int depth = 3) {
    constexpr const char* kCompare[] = {"({} < {})",  "({} <= {})", "({} > {})",
                                        "({} >= {})", "({} == {})", "({} != {})"};
    switch (below(depth > 0 ? 11 : 3)) {
      case 0:
        return {chance(50) ? "promo.slogan is present" : "promo.lastReview is absent", false};
      case 1:
        return name_or(Kind::Flag, advice, {chance(50) ? "yes" : "no", false});
      case 2:
        return {"promo.launch < promo.end", false};
      case 3:
      case 4:
        return both(kCompare[below(6)], &Writer::units, advice, depth - 1);
      case 5:
        return both(kCompare[below(6)], &Writer::amount, advice, depth - 1);
      case 6:
        return both(kCompare[below(6)], &Writer::count, advice, depth - 1);
      case 7:
        return both("({} and {})", &Writer::flag, advice, depth - 1);
      case 8:
        return both("({} or {})", &Writer::flag, advice, depth - 1);
      case 9: {
        const Expr inner = flag(advice, depth - 1);
        return {fmt::format("(not {})", inner.text), inner.advice};
      }
      default: {
        const Expr middle = units(advice, depth - 1);
        return {fmt::format("({} ea <= {} < {} ea)", below(5), middle.text, 5 + below(10)), middle.advice};
      }
    }
  }

  Expr forecast_units() {
    const auto known = all(Kind::Stock, true);
    return known.empty() ? units(true) : Expr{known[below(known.size())]->name + ".forecast", true};
  }
  // What a forecast says about the moment; without one, anything.
  Expr forecast_flag() {
    const auto known = all(Kind::Stock, true);
    if (known.empty()) return flag(true);
    constexpr const char* kCompare[] = {"<", ">", ">="};
    const std::string& stock = known[below(known.size())]->name;
    const char* compare = kCompare[below(3)];
    return {fmt::format("({}.forecast {} {} ea)", stock, compare, 3 + below(10)), true};
  }
  // A condition that a forecast decides so often, in percent.
  Expr condition(uint64_t percent) { return chance(percent) ? forecast_flag() : flag(chance(20)); }

  const char* words() {
    constexpr const char* kWords[] = {"\"red label\"", "(promo.slogan or else \"none\")", "\"\"", "\"sale\""};
    return kWords[below(4)];
  }

  // A function of two quantities; sometimes one that is there already.
  std::string function() {
    if (!function_names_.empty() && chance(60)) return function_names_[below(function_names_.size())];
    const std::string name = fresh("mixed") + suffix_;
    std::string body;
    switch (below(3)) {
      case 0:
        body = fmt::format("max(a, b) + {} ea", below(5));
        break;
      case 1:
        body = fmt::format("when a {} b then a - b otherwise b", chance(50) ? "<" : ">=");
        break;
      default:
        body = fmt::format("when a + b > {} ea then {} ea otherwise min(a, b)", below(20), below(9));
        break;
    }
    functions_ += fmt::format("function {}(a: Qty<ea>, b: Qty<ea>) -> Qty<ea> = {}\n", name, body);
    function_names_.push_back(name);
    return name;
  }

  // ---------------------------------------------------------------- statements

  std::string statements(const Place& place, uint64_t count, int depth) {
    const size_t outside = known_.size();
    std::string text;
    for (; count > 0; --count) text += statement(place, depth);
    known_.resize(outside);
    return text;
  }
  std::string block(const Place& place, int depth) {
    Place inside = place;
    inside.indent += "  ";
    return "{\n" + statements(inside, 1 + below(3), depth - 1) + place.indent + "}";
  }

  std::string statement(const Place& place, int depth) {
    switch (below(depth > 0 ? 22 : 11)) {
      case 0:
        return let(place, Kind::Units, "units", units(true));
      case 1:
        return let(place, Kind::Flag, "flag", flag(true));
      case 2:
        return chance(50) ? let(place, Kind::Amount, "amount", amount(true))
                          : let(place, Kind::Count, "count", count(true));
      case 3:
      case 4:
        return read_stock(place);
      case 5:
      case 6:
        return write_one(place);
      case 7:
        return task(place);
      case 8:
        return wait(place);
      case 9:
        return label(place);
      case 10:
        return veto(place);
      case 11:
      case 12:
      case 13:
        return choice(place, depth);
      case 14:
        return match(place, depth);
      case 15:
        return together(place, depth);
      case 16:
        return loop(place, depth, false);
      case 17:
        return loop(place, depth, true);
      case 18:
        return collect(place, depth);
      case 19:
      case 20:
        return rounds(place, depth);
      default:
        return write_each(place);
    }
  }

  std::string let(const Place& place, Kind kind, const char* stem, const Expr& value) {
    const std::string name = fresh(stem);
    known_.push_back({name, kind, value.advice || place.advice});
    const char* type = kind == Kind::Units    ? ": Qty<ea>"
                       : kind == Kind::Amount ? ": Money<AUD>"
                       : kind == Kind::Count  ? ": Int"
                                              : ": Bool";
    return fmt::format("{}let {}{} = {}\n", place.indent, name, type, value.text);
  }

  std::string store(const Place& place) {
    return place.store.empty() || chance(20) ? fmt::format("\"000{}\"", 1 + below(3)) : place.store + ".id";
  }

  std::string read_stock(const Place& place) {
    const std::string stock = fresh("stock"), available = fresh("available"), forecast = fresh("forecast");
    std::string text =
        fmt::format("{}let {} = read StockOf({}, promo.article)\n", place.indent, stock, store(place));
    text += fmt::format("{}let {} = {}.available\n", place.indent, available, stock);
    text += fmt::format("{}let {} = {}.forecast\n", place.indent, forecast, stock);
    known_.push_back({stock, Kind::Stock, place.advice});
    known_.push_back({available, Kind::Units, place.advice});
    known_.push_back({forecast, Kind::Units, true});
    return text;
  }

  // What is refused under an approval, or when it was not answered.
  std::string not_granted(const Place& place) {
    if (place.loop && chance(60)) return "{ then skip }";
    return fmt::format("{{ fail {}() and keep }}", fresh("No"));
  }
  std::string approval(const Place& place, const std::string& proposal, const char* policy,
                       const std::string& grant, bool of_many = false) {
    const std::string refused = not_granted(place);
    const std::string changed = chance(70) ? std::string("{ then ask again }") : not_granted(place);
    const bool by_line = of_many && chance(40);
    return fmt::format(
        "{0}approve {1} under {2} as {3} valid until promo.end at 23:59 zone \"Australia/Sydney\" {{\n"
        "{6}{0}  within 8 business hours\n{0}  on rejected, expired {4}\n{7}{0}  on changed {5}\n{0}}}\n",
        place.indent, proposal, policy, grant, refused, changed, by_line ? place.indent + "  by line\n" : "",
        by_line ? place.indent + "  on refused " + line_refused(place) + "\n" : "");
  }
  // At a write in a loop of its own.
  std::string line_refused(const Place& place) {
    if (chance(40)) return "{ then skip }";
    return chance(50) ? "{ then continue }" : not_granted(place);
  }
  // Sometimes under a condition; what a forecast decides there the checker must refuse.
  std::string perhaps(const Place& place, const std::string& written) {
    if (chance(60)) return place.indent + written + "\n";
    return fmt::format("{}when {} {{ {} }}\n", place.indent, condition(30).text, written);
  }

  std::string write_one(const Place& outer) {
    Place place = outer;
    place.indent += "  ";
    const std::string step = fresh("step"), proposal = fresh("move"), grant = fresh("grant");
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

  std::string write_each(const Place& outer) {
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
    inside.store = element;
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

  // Written by a workflow that is run, and given what was granted for one store.
  std::string given_away(const std::string& grant, const std::string& element) {
    const std::string name = fresh("Put") + suffix_;
    const std::string written = "write pricing { on expired, changed, refused { finish Not() } }";
    const std::string inside =
        chance(50) ? written : fmt::format("when promo.launch < promo.end {{ {} }}", written);
    workflows_ += fmt::format(
        "workflow {}(promo: Promotion, pricing: grant of Price.activate) {{\n  {}\n  finish Put()\n}}\n\n",
        name, inside);
    return fmt::format("run {}(promo, {} for {})", name, grant, element);
  }

  std::string task(const Place& place) {
    const std::string name = fresh("Look");
    const Expr shown = units(true);
    const std::string role = asked(place);
    const uint64_t hours = 1 + below(9);
    const std::string expired = place.loop && chance(50) ? std::string("then skip")
                                                         : fmt::format("fail {}() and keep", fresh("Unseen"));
    if (chance(50)) return filled_in(place, name, shown, role, hours, expired);
    return fmt::format("{}task {}(units: {}) to {} within {} business hours {{ on expired {{ {} }} }}\n",
                       place.indent, name, shown.text, role, hours, expired);
  }

  // A role, or those of one who answer for a region.
  std::string asked(const Place& place) {
    if (chance(60)) return chance(50) ? "Clerk" : "Planner";
    return place.store.empty() ? "Area(\"NSW\")" : fmt::format("Area({}.region)", place.store);
  }

  // A task whose form a person fills in, beside what it comes with.
  std::string filled_in(const Place& place, const std::string& name, const Expr& shown,
                        const std::string& role, uint64_t hours, std::string expired) {
    const std::string seen = fresh("seen");
    Expr filled = units(true), wanted{"", false};
    if (chance(50)) {
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

  std::string wait(const Place& place) {
    const std::string step = fresh("step");
    const char* sign = chance(50) ? "-" : "+";
    return fmt::format(
        "{}step {} {{ {}wait until promo.launch {} {} days at 06:00 zone \"Australia/Sydney\" if late "
        "continue "
        "}}\n",
        place.indent, step, chance(30) ? due(place) : "", sign, below(9));
  }

  // People hear of a step that is late, whoever made it so.
  std::string due(const Place& place) {
    std::string text =
        fmt::format("due promo.launch - {} days at 06:00 zone \"Australia/Sydney\" ", below(9));
    if (!place.alone && chance(50)) {
      const std::string target = store(place);
      text += fmt::format("{{ on late {{ notify Label.print({}, {}) }} }} ", target, words());
    }
    return text;
  }

  std::string label(const Place& place) {
    const std::string step = fresh("step"), target = store(place);
    return fmt::format("{}step {} {{ notify Label.print({}, {}) }}\n", place.indent, step, target, words());
  }

  // A forecast holds something back.
  std::string veto(const Place& place) {
    const Expr decides = condition(60);
    const uint64_t how = below(3);
    const std::string name = fresh("Held");
    if (!options_.vetoes) return "";
    std::string act = place.loop && how < 2 ? "skip"
                      : how == 0            ? fmt::format("finish {}()", name)
                                            : fmt::format("fail {}() and keep", name);
    return fmt::format("{}when {} {{ {} }}\n", place.indent, decides.text, act);
  }

  std::string choice(const Place& place, int depth) {
    const Expr decides = condition(30);
    Place inside = place;
    inside.advice = place.advice || decides.advice;
    std::string text = fmt::format("{}when {} ", place.indent, decides.text) + block(inside, depth);
    if (chance(30)) {
      const Expr second = flag(inside.advice || chance(10));
      inside.advice = inside.advice || second.advice;
      text += fmt::format(" otherwise when {} {}", second.text, block(inside, depth));
    }
    if (chance(40)) text += " otherwise " + block(inside, depth);
    return text + "\n";
  }

  std::string match(const Place& place, int depth) {
    const std::string name = fresh("priority");
    const Expr decides = condition(30);
    Place inside = place;
    inside.advice = place.advice || decides.advice;
    inside.indent += "  ";
    std::string text =
        fmt::format("{0}let {1} = when {2} then Priority.low otherwise Priority.high\n{0}match {1} {{\n",
                    place.indent, name, decides.text);
    text += fmt::format("{}| low {}\n", inside.indent, block(inside, depth));
    text += fmt::format("{}| {} ", inside.indent, chance(50) ? "high" : "otherwise");
    text += block(inside, depth) + "\n";
    return text + place.indent + "}\n";
  }

  std::string together(const Place& place, int depth) {
    Place inside = place;
    inside.indent += "  ";
    inside.loop = false;
    std::string text = fmt::format("{}step {} together {{\n", place.indent, fresh("step"));
    for (int i = 0; i < 2; ++i) {
      text += fmt::format("{}branch {} ", inside.indent, fresh("branch"));
      text += block(inside, depth) + "\n";
    }
    return text + place.indent + "}\n";
  }

  // An element's own store, and a condition on which elements; side by side also a store with every other
  // one.
  std::string head(const Place& place, const std::string& element, Place& inside, bool parallel) {
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

  std::string loop(const Place& place, int depth, bool parallel) {
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

  // Rounds that hand on a quantity. Where a forecast decides that there is another one, it may hold back what
  // comes behind them: a veto like the others.
  std::string rounds(const Place& place, int depth) {
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

  std::string collect(const Place& place, int depth) {
    Place inside;
    const std::string element = fresh("store"), plans = fresh("plans");
    std::string text = place.indent + head(place, element, inside, true);
    const size_t outside = known_.size();
    text += fmt::format(" parallel {} collect {} {{\n", 1 + below(4), plans);
    text += read_stock(inside);
    if (chance(40)) text += veto(inside);
    text += statements(inside, below(2), depth - 1);
    const Expr gap = units(true);
    text += fmt::format("{}yield Plan(store: {}, gap: {})\n{}}}\n", inside.indent, element, gap.text,
                        place.indent);
    known_.resize(outside);
    known_.push_back({plans, Kind::Plans, true});
    return text;
  }

  // ---------------------------------------------------------------- tests

  // Forecasts are left to be filled in.
  std::string facts() {
    std::string text;
    constexpr const char* kRegions[] = {"NSW", "VIC", "QLD"};
    for (int i = 1; i <= 3; ++i)
      text += fmt::format(
          "  given Store(id: \"000{}\", name: \"Store {}\", region: \"{}\", timeZone: "
          "\"Australia/Sydney\")\n",
          i, i, kRegions[below(3)]);
    for (int i = 1; i <= 3; ++i)
      text += fmt::format(
          "  given Stock(store: \"000{}\", article: \"A-1\", available: {} ea, forecast: FORECAST ea)\n", i,
          below(14));
    const char* slogan = chance(50) ? "slogan: \"cool\", " : "";
    const char* review = chance(50) ? "lastReview: 2026-11-01, " : "";
    const uint64_t price = below(20), cost = below(20);
    text += fmt::format(
        "  given Promotion(id: \"P-1\", article: \"A-1\", {}price: AUD {}.00, landedCost: AUD {}.50, launch: "
        "2026-12-01,\n"
        "      end: 2026-12-14, {}stores: every Store)\n",
        slogan, price, cost, review);
    return text;
  }
  std::string test(const std::string& name, std::string given) {
    for (size_t at; (at = given.find("FORECAST")) != std::string::npos;)
      given.replace(at, 8, fmt::format("{}", chance(20) ? below(1000) : below(16)));
    return fmt::format(
        "\ntest \"{}\" {{\n{}  start Flow(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"Australia/Sydney\"\n"
        "  expect no write Price.withdraw\n}}\n",
        name, given);
  }

  std::mt19937_64 random_;
  const RandomWorkflowOptions options_;
  const int depth_;  // of loops, branches and choices: many small programs and some large ones
  uint64_t number_ = 0;
  std::vector<Named> known_;
  std::string functions_, workflows_, suffix_;
  std::vector<std::string> function_names_;
};

}  // namespace

std::string random_workflow(uint64_t seed, const std::string& name, const RandomWorkflowOptions& options) {
  return Writer(seed, options).module(name);
}

}  // namespace endcap::fuzz
