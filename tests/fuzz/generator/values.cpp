// Statements that give a name to something: what is computed, read, asked of a model, looked up.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

std::string Writer::let(const Place& place, Kind kind, const char* stem, const Expr& value) {
  const std::string name = fresh(stem);
  known_.push_back({name, kind, value.advice || place.advice});
  const char* type = kind == Kind::Units    ? ": Qty<ea>"
                     : kind == Kind::Amount ? ": Money<AUD>"
                     : kind == Kind::Count  ? ": Int"
                                            : ": Bool";
  return fmt::format("{}let {}{} = {}\n", place.indent, name, type, value.text);
}

std::string Writer::store(const Place& place) {
  return place.store_id.empty() || chance(20) ? fmt::format("\"000{}\"", 1 + below(3)) : place.store_id;
}

std::string Writer::read_stock(const Place& place) {
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

// The promotion, or a stock, as it is by now.
std::string Writer::read_again(const Place& place) {
  const auto stocks = all(Kind::Stock, true);
  const std::string again = fresh("again"), value = fresh("now");
  if (stocks.empty() || chance(40)) {
    known_.push_back({value, Kind::Amount, place.advice});
    return fmt::format("{0}let {1} = reread promo\n{0}let {2} = {1}.price\n", place.indent, again, value);
  }
  const Named read = *stocks[below(stocks.size())];
  known_.push_back({again, Kind::Stock, read.advice || place.advice});
  known_.push_back({value, Kind::Units, read.advice || place.advice});
  return fmt::format("{0}let {1} = reread {2}\n{0}let {3} = {1}.available\n", place.indent, again, read.name,
                     value);
}

// A stock as a line, of which one field knows no forecast.
std::string Writer::mapped(const Place& place) {
  const auto stocks = all(Kind::Stock, true);
  if (stocks.empty()) return read_stock(place);
  const Named read = *stocks[below(stocks.size())];
  const std::string line = fresh("line"), made = mapping();
  known_.push_back({line + ".units", Kind::Units, read.advice || place.advice});
  known_.push_back({line + ".wanted", Kind::Units, true});
  return fmt::format("{}let {} = {}({})\n", place.indent, line, made, read.name);
}

// A quantity for each store, by its number.
std::string Writer::levels(const Place& place) {
  const std::string name = fresh("levels"), each = fresh("each");
  std::vector<const Named*> plans;
  for (const Named* each_list : all(Kind::Plans, true)) {
    if (!each_list->twice) plans.push_back(each_list);
  }
  const bool of_plans = !plans.empty() && chance(60);
  const std::string list = of_plans ? plans[below(plans.size())]->name : "stores";
  const std::string store = of_plans ? each + ".store" : each;
  const Expr value = of_plans && chance(70) ? Expr{each + ".gap", true} : units(chance(30));
  const std::string where =
      chance(40) ? fmt::format(" where {}.region != \"{}\"", store, chance(50) ? "NSW" : "VIC") : "";
  known_.push_back({name, Kind::Levels, value.advice || of_plans || place.advice});
  return fmt::format("{}let {} = map of {}.id to {} for each {} in {}{}\n", place.indent, name, store,
                     value.text, each, list, where);
}

// What a model says, or what counts without it: all of it is advice.
std::string Writer::ask(const Place& place) {
  if (chance(50)) {
    const std::string name = fresh("said");
    const Expr told = units(true);
    const Expr otherwise = units(true);
    known_.push_back({name, Kind::Units, true});
    return fmt::format("{}let {} = ask UnitsFor(promo.article, {}) or else {}\n", place.indent, name,
                       told.text, otherwise.text);
  }
  const std::string name = fresh("named");
  const std::string otherwise =
      chance(50)
          ? "[]"
          : fmt::format("[Recommended(store: \"000{}\", units: {} ea, urgent: no)]", 1 + below(3), below(9));
  known_.push_back({name, Kind::Advised, true});
  return fmt::format("{}let {} = ask Recommend(promo.article) or else {}\n", place.indent, name, otherwise);
}

}  // namespace endcap::fuzz
