// Statements that give a name to something: values and what is read.
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
  return place.store.empty() || chance(20) ? fmt::format("\"000{}\"", 1 + below(3)) : place.store + ".id";
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

}  // namespace endcap::fuzz
