// Values on their way in: an entity's JSON becomes a record of the view, or a sentence that says what does
// not fit.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "runtime/abi/shape.h"
#include "runtime/connect/wire.h"
#include "runtime/value/time.h"
#include "runtime/value/unit_codes.h"

namespace endcap::connect {
namespace {

using abi::Cell;
using abi::Kind;
using abi::Type;
using abi::ViewField;

constexpr size_t kShownMax = 60;

std::string shown(const Json& value) {
  std::string text =
      value.is_binary() ? decimal_digits(value) : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kShownMax) return text;
  size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "...";
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

size_t code_points(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

// "/Date(1796083200000)/", perhaps with an offset, which says how to show it and not when it is.
std::optional<Instant> ticks(std::string_view text) {
  if (!text.starts_with("/Date(") || !text.ends_with(")/")) return std::nullopt;
  auto inner = text.substr(6, text.size() - 8);
  auto sign = inner.find_first_of("+-", 1);
  if (sign != std::string_view::npos) inner = inner.substr(0, sign);
  auto units = decimal_from_text(inner, 0);
  constexpr Int128 kMax = Int128{253402300799} * 1000;  // the end of the year 9999
  if (!units || *units > kMax || *units < -kMax) return std::nullopt;
  return static_cast<Instant>(*units) * 1000;
}

OrMessage<Instant> read_instant(const std::string& text) {
  if (auto instant = ticks(text)) return *instant;
  bool zoned = text.ends_with("Z") || (text.size() > 19 && text.find_first_of("+-", 19) != std::string::npos);
  auto instant = instant_from_text(zoned ? text : text + "Z");  // Edm.DateTime has no zone and means UTC
  if (!instant) return std::unexpected("is not a point in time");
  return *instant;
}

OrMessage<Date> read_date(const std::string& text) {
  if (text.size() == 10) {
    auto date = date_from_text(text);
    if (!date) return std::unexpected("is not a date");
    return *date;
  }
  auto instant = read_instant(text);
  if (!instant) return std::unexpected("is not a date");
  Instant days = *instant / kDay - (*instant % kDay < 0 ? 1 : 0);
  if (days * kDay != *instant) return std::unexpected("has a time of day, and a date was expected");
  return static_cast<Date>(days);
}

OrMessage<TimeOfDay> read_time(const std::string& text) {
  if (!text.starts_with("PT")) {
    auto time = time_from_text(text);
    if (!time) return std::unexpected("is not a time of day");
    return *time;
  }
  int32_t total = 0, number = -1;
  for (char c : std::string_view(text).substr(2)) {
    if (c >= '0' && c <= '9' && number < 100000) {
      number = std::max(number, 0) * 10 + (c - '0');
      continue;
    }
    int32_t unit = c == 'H' ? 3600 : c == 'M' ? 60 : c == 'S' ? 1 : 0;
    if (unit == 0 || number < 0 || number > 86399) return std::unexpected("is not a time of day");
    total += number * unit;
    number = -1;
  }
  if (number >= 0 || total > 86399) return std::unexpected("is not a time of day");
  return total;
}

OrMessage<Cell> read_text(const Type& type, const std::string& text, abi::Arena& arena) {
  if (type.kind == Kind::Zone && !is_zone(text))
    return std::unexpected("is not a time zone of the IANA database");
  if (type.kind == Kind::Text && type.max_length && code_points(text) > type.max_length) {
    return std::unexpected(fmt::format("is longer than {}", type.max_length));
  }
  if (const auto problem = identifier_problem(type.identifier, text))
    return std::unexpected(fmt::format("is no {}: it {}", to_string(type.identifier), *problem));
  return Cell{arena.put_text(text)};
}

OrMessage<Cell> read_enum(const Type& type, const Json& value) {
  std::string name = value.is_string() ? value.get<std::string>() : "";
  auto found = std::find(type.values.begin(), type.values.end(), name);
  if (found == type.values.end())
    return std::unexpected(fmt::format("is none of {}", fmt::join(type.values, ", ")));
  return Cell{found - type.values.begin()};
}

OrMessage<Cell> within(const Type& type, Cell value) {
  if (type.refinement.empty() || abi::is_scalar_in_range(type, value)) return value;
  return std::unexpected(fmt::format("is not a {}, which is {}", type.refinement, abi::bounds_text(type)));
}

// The reason alone; the caller names field and value.
OrMessage<Cell> read_value(const Type& type, const Json& value, abi::Arena& arena) {
  auto lift = [&](auto result) -> OrMessage<Cell> {
    if (!result) return std::unexpected(result.error());
    return within(type, Cell{*result});
  };
  switch (type.kind) {
    case Kind::Bool:
      if (!value.is_boolean()) return std::unexpected("is neither true nor false");
      return Cell{value.get<bool>()};
    case Kind::Int:
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity: {
      uint8_t scale = type.kind == Kind::Int ? uint8_t{0} : type.scale;
      auto units = decimal_from_text(decimal_digits(value), scale);
      if (!units && units.error().kind == FaultKind::LossOfPrecision)
        return std::unexpected(fmt::format("has more than {} decimal places", scale));
      if (!units) return std::unexpected("is not a number that fits");
      return within(type, Cell{*units});
    }
    case Kind::Enum:
      return read_enum(type, value);
    default:
      break;
  }
  if (!value.is_string()) return std::unexpected("is not a text");
  const auto& text = value.get_ref<const std::string&>();
  switch (type.kind) {
    case Kind::Text:
    case Kind::Zone:
      return read_text(type, text, arena);
    case Kind::Date:
      return lift(read_date(text));
    case Kind::Instant:
      return lift(read_instant(text));
    case Kind::Time:
      return lift(read_time(text));
    default:
      return std::unexpected("is of a type that no system can give");
  }
}

OrMessage<void> check_unit(const Type& type, const ViewField& field, const Json& entity) {
  if (field.wire.unit_name.empty()) return {};
  const char* what = type.kind == Kind::Money ? "currency" : "unit";
  auto found = entity.find(field.wire.unit_name);
  std::string code = found != entity.end() && found->is_string() ? found->get<std::string>() : "";
  if (code.empty())
    return std::unexpected(
        fmt::format("{} has no {}: {} is empty", field.wire.name, what, field.wire.unit_name));
  bool same = type.kind == Kind::Money ? code == type.name : same_unit(type.name, code);
  if (!same) {
    return std::unexpected(
        fmt::format("{} is in {} {}, and {} was expected ({})", field.wire.name, what, shown(Json(code)),
                    type.kind == Kind::Money ? type.name : upper(type.name), field.wire.unit_name));
  }
  return {};
}

OrMessage<Cell> read_field(const abi::Types& types, const ViewField& field, abi::TypeId type_id,
                           const Json& entity, abi::Arena& arena) {
  bool optional = types.at(type_id).kind == Kind::Optional;
  if (optional) type_id = types.at(type_id).element;
  const Type& type = types.at(type_id);
  auto found = entity.find(field.wire.name);
  bool empty = found != entity.end() && found->is_string() && found->get_ref<const std::string&>().empty();
  bool missing = found == entity.end() || found->is_null() ||
                 (empty && (optional || field.required || type.kind != Kind::Text));
  if (missing) {
    if (optional && !field.required) return Cell{};
    return std::unexpected(fmt::format("{} is missing, and the view needs it", field.wire.name));
  }
  if (auto unit = check_unit(type, field, entity); !unit) return std::unexpected(unit.error());
  auto cell = read_value(type, *found, arena);
  if (!cell) return std::unexpected(fmt::format("{} {} {}", field.wire.name, shown(*found), cell.error()));
  if (!optional) return cell;
  abi::Reference box = arena.allocate(sizeof(Cell));
  *arena.cells(box) = *cell;
  return Cell{box};
}

}  // namespace

std::optional<std::string> unit_code(const abi::Types& types, abi::TypeId type_id) {
  while (types.at(type_id).kind == Kind::Optional) type_id = types.at(type_id).element;
  const Type& type = types.at(type_id);
  if (type.kind == Kind::Money) return type.name;
  if (type.kind == Kind::Quantity) return upper(type.name);
  return std::nullopt;
}

OrMessage<Cell> read_record(const abi::Types& types, const abi::View& view, const Json& entity, Instant as_of,
                            abi::Arena& arena) {
  if (!entity.is_object()) return std::unexpected(fmt::format("{} is not an entity", shown(entity)));
  const Type& record = types.at(view.record);
  std::vector<Cell> cells;
  for (size_t i = 0; i < view.fields.size(); ++i) {
    auto cell = read_field(types, view.fields[i], record.fields.at(i).type, entity, arena);
    if (!cell) return cell;
    cells.push_back(*cell);
  }
  cells.push_back(Cell{as_of});
  abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
  std::copy(cells.begin(), cells.end(), arena.cells(at));
  return Cell{at};
}

Cell make_list(abi::Arena& arena, const std::vector<Cell>& cells) {
  if (cells.empty()) return Cell{};
  abi::ListHeader header;
  header.count = static_cast<uint32_t>(cells.size());
  abi::Reference at = arena.allocate(static_cast<uint32_t>(sizeof(header) + cells.size() * sizeof(Cell)));
  std::memcpy(arena.at(at), &header, sizeof(header));
  std::copy(cells.begin(), cells.end(), arena.cells(at + sizeof(header)));
  return Cell{at};
}

}  // namespace endcap::connect
