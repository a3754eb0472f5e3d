// Expressions: `advice` says whether a forecast may be part of one.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

Expr Writer::name_or(Kind kind, bool advice, Expr otherwise) {
  const auto found = all(kind, advice);
  if (found.empty()) return otherwise;
  const Named* one = found[below(found.size())];
  return {one->name, one->advice};
}

std::vector<const Named*> Writer::all(Kind kind, bool advice) const {
  std::vector<const Named*> found;
  for (const Named& each : known_) {
    if (each.kind == kind && (advice || !each.advice)) found.push_back(&each);
  }
  return found;
}

Expr Writer::both(const char* form, Draw draw, bool advice, int depth) {
  const Expr a = (this->*draw)(advice, depth);
  const Expr b = (this->*draw)(advice, depth);
  return {fmt::format(fmt::runtime(form), a.text, b.text), a.advice || b.advice};
}

Expr Writer::chosen(Draw draw, bool advice, int depth) {
  const Expr condition = flag(advice, depth);
  const Expr a = (this->*draw)(advice, depth);
  const Expr b = (this->*draw)(advice, depth);
  return {fmt::format("(when {} then {} otherwise {})", condition.text, a.text, b.text),
          a.advice || b.advice || condition.advice};
}

Expr Writer::units(bool advice, int depth) {
  const Expr literal{fmt::format("{} ea", below(12)), false};
  switch (below(depth > 0 ? 16 : 3)) {
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
      const uint64_t forms = list->twice ? 3 : 4;  // two of one key are a fault
      const std::string each = fresh("each");
      constexpr const char* kForms[] = {
          "(sum of {0}.gap for each {0} in {1})",
          "(sum of {0}.gap for each {0} in {1} where {0}.gap > {2} ea)",
          "((first of {0}.gap for each {0} in {1} where {0}.gap < {2} ea) or else {2} ea)",
          "((map of {0}.store.id to {0}.gap for each {0} in {1} where {0}.gap < {2} ea)[\"0002\"] or else 3 "
          "ea)"};
      return {fmt::format(fmt::runtime(kForms[below(forms)]), each, list->name, below(12)), true};
    }
    case 10: {
      const std::string mixed = function() + "({}, {})";
      return both(mixed.c_str(), &Writer::units, advice, depth - 1);
    }
    case 11:
    case 12: {
      const std::string level = table();
      const Expr asked = units(advice, depth - 1);
      const Expr calm = flag(advice, depth - 1);
      return {fmt::format("{}({}, {})", level, asked.text, calm.text), asked.advice || calm.advice};
    }
    case 13: {
      const auto stocks = all(Kind::Stock, advice);
      if (stocks.empty()) return literal;
      const Named* stock = stocks[below(stocks.size())];
      const bool wanted = advice && chance(50);
      const std::string line = mapping();
      return {fmt::format("{}({}).{}", line, stock->name, wanted ? "wanted" : "units"),
              wanted || stock->advice};
    }
    case 14:
      return looked_up(advice, literal);
    case 15: {
      const std::string part = fresh("part");
      const Expr whole = units(advice, depth - 1);
      constexpr const char* kForms[] = {
          "((first of {0}.amount for each {0} in allocate max(1 ea, {1}) over stores by 3) or else 2 ea)",
          "(sum of {0}.amount for each {0} in allocate max(1 ea, {1}) over stores by 2 where "
          "{0}.element.region == "
          "\"NSW\")"};
      return {fmt::format(fmt::runtime(kForms[below(2)]), part, whole.text), whole.advice};
    }
    default:
      return literal;
  }
}

// In what a model named, or in a map.
Expr Writer::looked_up(bool advice, const Expr& otherwise) {
  const auto maps = all(Kind::Levels, advice), lists = all(Kind::Advised, advice);
  if (!maps.empty() && (lists.empty() || chance(60))) {
    const Named* map = maps[below(maps.size())];
    return {fmt::format("({}[\"000{}\"] or else {} ea)", map->name, 1 + below(3), below(9)), map->advice};
  }
  if (lists.empty()) return otherwise;
  const std::string each = fresh("each"), list = lists[below(lists.size())]->name;
  constexpr const char* kForms[] = {"(sum of {0}.units for each {0} in {1})",
                                    "(sum of {0}.units for each {0} in {1} where {0}.urgent)",
                                    "((first of {0}.units for each {0} in {1}) or else 2 ea)"};
  return {fmt::format(fmt::runtime(kForms[below(3)]), each, list), true};
}

Expr Writer::amount(bool advice, int depth) {
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

std::string Writer::stores_counted() {
  if (chance(50)) return "count of stores";
  return fmt::format("(count of {0} for each {0} in stores where {0}.region != \"NSW\")", fresh("each"));
}

Expr Writer::count(bool advice, int depth) {
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

Expr Writer::flag(bool advice, int depth) {
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

Expr Writer::forecast_units() {
  const auto known = all(Kind::Stock, true);
  return known.empty() ? units(true) : Expr{known[below(known.size())]->name + ".forecast", true};
}

// What a forecast says about the moment; without one, anything.
Expr Writer::forecast_flag() {
  const auto known = all(Kind::Stock, true);
  if (known.empty()) return flag(true);
  constexpr const char* kCompare[] = {"<", ">", ">="};
  const std::string& stock = known[below(known.size())]->name;
  const char* compare = kCompare[below(3)];
  return {fmt::format("({}.forecast {} {} ea)", stock, compare, 3 + below(10)), true};
}

// A condition that a forecast decides so often, in percent.
Expr Writer::condition(uint64_t percent) { return chance(percent) ? forecast_flag() : flag(chance(20)); }

const char* Writer::words() {
  constexpr const char* kWords[] = {"\"red label\"", "(promo.slogan or else \"none\")", "\"\"", "\"sale\""};
  return kWords[below(4)];
}

}  // namespace endcap::fuzz
