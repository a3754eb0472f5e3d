// Values from the command line, and made up ones: see values.h.
#include "tools/explain_time/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/abi/value_json.h"
#include "runtime/value/wide.h"
#include "tools/explain_time/when.h"

namespace endcap::explain {

using Json = nlohmann::ordered_json;

namespace {

using abi::Cell;
using abi::Kind;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

// "AUD 100.00", "100.00 AUD" and "100.00" are "100.00".
std::string digits_of(const std::string& text, const std::string& unit) {
  std::string digits;
  for (const std::string& word : words_of(text)) {
    if (word != unit) digits += word;
  }
  std::erase(digits, '_');
  if (digits.ends_with('%')) digits.pop_back();
  return digits;
}

std::expected<Json, std::string> json_of(const abi::Types& types, abi::TypeId type, const std::string& text) {
  const abi::Type& shape = types[type];
  switch (shape.kind) {
    case Kind::Bool:
      if (text == "yes" || text == "true") return Json(true);
      if (text == "no" || text == "false") return Json(false);
      return std::unexpected("expected yes or no");
    case Kind::Int:
    case Kind::Decimal:
    case Kind::Percent:
      return Json(digits_of(text, ""));
    case Kind::Money:
      return Json{{"amount", digits_of(text, shape.name)}, {"currency", shape.name}};
    case Kind::Quantity:
      return Json{{"amount", digits_of(text, shape.name)}, {"unit", shape.name}};
    case Kind::Duration:
    case Kind::BusinessDuration: {
      const auto words = words_of(text);
      const auto read = read_duration(words);
      if (!read) return std::unexpected(read.error());
      const bool business = shape.kind == Kind::BusinessDuration;
      if (business != read->business.has_value())
        return std::unexpected(business ? "expected business time, like `4 business hours`"
                                        : "expected time on the clock, like `4 hours`");
      if (!business) return Json(abi::iso_duration(read->duration));
      if (read->business->unit == BusinessDuration::Unit::Days)
        return Json{{"businessDays", read->business->amount}};
      return Json{{"businessTime", abi::iso_duration(read->business->amount)}};
    }
    case Kind::Optional:
      if (text == "absent") return Json(nullptr);
      return json_of(types, shape.element, text);
    case Kind::Record:
    case Kind::List:
      return std::unexpected("only single values can be given here");
    default:
      return Json(text);
  }
}

Cell bounded(const abi::Type& shape, Int128 units) {
  if (shape.least) units = std::max(units, *shape.least);
  if (shape.most) units = std::min(units, *shape.most);
  return Cell{units};
}

// A number that has few digits and is within the bounds of its type.
Cell number(const abi::Type& shape) {
  const Int128 whole = shape.kind == Kind::Money ? 100 : shape.kind == Kind::Quantity ? 10 : 1;
  const bool scaled = shape.kind != Kind::Int;
  Int128 units = scaled ? whole * static_cast<Int128>(power_of_ten(shape.scale)) : whole;
  if (shape.precision > 0 && shape.precision <= kScaleMax)
    units = std::min(units, static_cast<Int128>(power_of_ten(shape.precision)) - 1);
  return bounded(shape, units);
}

}  // namespace

std::expected<Cell, std::string> value_from_text(const abi::Types& types, abi::TypeId type,
                                                 const std::string& text, abi::Arena& arena) {
  const auto json = json_of(types, type, text);
  if (!json) return std::unexpected(json.error());
  const auto cell = abi::value_from_json(types, type, json->dump(), arena);
  if (!cell) return std::unexpected(cell.error().detail);
  return *cell;
}

Cell made_up(const abi::Types& types, abi::TypeId type, const Hints& hints, abi::Arena& arena) {
  const abi::Type& shape = types[type];
  switch (shape.kind) {
    case Kind::Int:
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
      return number(shape);
    case Kind::Date:
      return bounded(shape, hints.date);
    case Kind::Time:
      return bounded(shape, 6 * 3600);
    case Kind::Instant:
      return Cell{hints.date * kDay};
    case Kind::Duration:
    case Kind::BusinessDuration:
      return bounded(shape, kHour);
    case Kind::Zone:
      return Cell{arena.put_text(hints.zone)};
    case Kind::Text: {
      // Numbers of articles and places prove themselves by a check digit: this one does, as either.
      std::string text = shape.identifier == Identifier::None ? hints.name : "6291041500213";
      if (shape.max_length > 0 && text.size() > shape.max_length) text = text.substr(0, shape.max_length);
      return Cell{arena.put_text(text)};
    }
    case Kind::Record: {
      std::vector<Cell> cells;
      for (const abi::Field& field : shape.fields) {
        Hints inner = hints;
        inner.name = field.name;
        cells.push_back(made_up(types, field.type, inner, arena));
      }
      if (cells.empty()) return Cell{};
      const abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
      std::ranges::copy(cells, arena.cells(at));
      return Cell{at};
    }
    default:
      return Cell{};  // no, the first value of an enum, the empty list, absent
  }
}

}  // namespace endcap::explain
