// Values from JSON that people and systems send: every mismatch is named by its path in the document.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/value/calendar.h"
#include "runtime/value/wide.h"

namespace endcap::abi {
namespace {

using Json = nlohmann::json;

class Reader {
 public:
  Reader(const Types& types, Arena& arena) : types_(types), arena_(arena) {}

  std::expected<Cell, Fault> read(TypeId type, const Json& json, const std::string& path,
                                  unsigned depth = 0) {
    if (depth > kValueDepthMax) return wrong(path, "nested too deep");
    const Type& shape = types_[type];
    switch (shape.kind) {
      case Kind::Bool:
        if (!json.is_boolean()) return wrong(path, "expected true or false");
        return Cell{json.get<bool>() ? 1 : 0};
      case Kind::Int:
      case Kind::Grant:
      case Kind::Decimal:
      case Kind::Percent:
        return number(shape, json, path);
      case Kind::Money:
        return amount(shape, json, path, "currency");
      case Kind::Quantity:
        return amount(shape, json, path, "unit");
      case Kind::Date:
      case Kind::Time:
      case Kind::Instant:
      case Kind::Duration:
        return within(shape, moment(shape, json, path), path);
      case Kind::BusinessDuration:
        return business(json, path);
      case Kind::Zone:
      case Kind::Text:
        return text(shape, json, path);
      case Kind::Enum:
        return enumerator(shape, json, path);
      case Kind::Record:
        return record(shape, json, path, depth);
      case Kind::List:
        return list(shape, json, path, depth);
      case Kind::Optional:
        return optional(shape, json, path, depth);
      case Kind::Ratio:
      case Kind::Proposal:
        break;
    }
    return wrong(path, "a value of this type can't be given from outside");
  }

 private:
  static std::unexpected<Fault> wrong(const std::string& path, const std::string& what) {
    return std::unexpected(Fault{FaultKind::InvalidValue, (path.empty() ? "the value" : path) + ": " + what});
  }
  static std::string member(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  std::expected<Cell, Fault> units(const Type& shape, std::string_view digits, const std::string& path) {
    const bool whole = shape.kind == Kind::Int || shape.kind == Kind::Grant;
    auto value = decimal_from_text(digits, whole ? 0 : shape.scale);
    if (!value) return wrong(path, value.error().detail);
    if (shape.precision > 0 && shape.precision <= kScaleMax &&
        magnitude(*value) >= power_of_ten(shape.precision)) {
      return wrong(path, "more than " + std::to_string(shape.precision) + " digits");
    }
    return within(shape, Cell{*value}, path);
  }

  std::expected<Cell, Fault> within(const Type& shape, std::expected<Cell, Fault> value,
                                    const std::string& path) {
    if (!value || is_scalar_in_range(shape, *value)) return value;
    if (shape.refinement.empty()) return wrong(path, "out of range");
    return wrong(path, "not a " + shape.refinement + ", which is " + bounds_text(shape));
  }

  // A string of digits, or a whole JSON number: a fraction would have been through binary floating point.
  std::expected<Cell, Fault> number(const Type& shape, const Json& json, const std::string& path) {
    if (json.is_string()) return units(shape, json.get_ref<const std::string&>(), path);
    if (json.is_number_integer()) return units(shape, json.dump(), path);
    if (json.is_number())
      return wrong(path, "write a number with decimal places as text, so that it stays exact");
    return wrong(path, shape.kind == Kind::Int ? "expected a whole number"
                                               : "expected a number as text, like \"12.50\"");
  }

  std::expected<Cell, Fault> amount(const Type& shape, const Json& json, const std::string& path,
                                    const char* unit) {
    const bool fits = json.is_object() && json.size() == 2 && json.contains("amount") && json.contains(unit);
    if (!fits) {
      return wrong(path,
                   std::string(R"(expected {"amount": "1.00", ")") + unit + "\": \"" + shape.name + "\"}");
    }
    const Json& name = json.at(unit);
    if (!name.is_string() || name.get_ref<const std::string&>() != shape.name) {
      return wrong(member(path, unit), "expected " + shape.name);
    }
    return number(shape, json.at("amount"), member(path, "amount"));
  }

  std::expected<Cell, Fault> moment(const Type& shape, const Json& json, const std::string& path) {
    if (!json.is_string()) return wrong(path, "expected text, like \"" + example(shape.kind) + "\"");
    const std::string& written = json.get_ref<const std::string&>();
    const auto cell = [&](const auto& parsed) -> std::expected<Cell, Fault> {
      if (!parsed) return wrong(path, parsed.error().detail);
      return Cell{*parsed};
    };
    if (shape.kind == Kind::Date) return cell(date_from_text(written));
    if (shape.kind == Kind::Time) return cell(time_from_text(written));
    if (shape.kind == Kind::Instant) return cell(instant_from_text(written));
    return cell(duration_from_iso(written));
  }

  static std::string example(Kind kind) {
    if (kind == Kind::Date) return "2026-12-01";
    if (kind == Kind::Time) return "06:00";
    return kind == Kind::Instant ? "2026-12-01T06:00:00Z" : "PT4H";
  }

  std::expected<Cell, Fault> business(const Json& json, const std::string& path) {
    constexpr const char* kExpected = R"(expected {"businessDays": 2} or {"businessTime": "PT4H"})";
    if (!json.is_object() || json.size() != 1) return wrong(path, kExpected);
    BusinessDuration::Unit unit = BusinessDuration::Unit::Days;
    int64_t number = 0;
    if (json.contains("businessDays") && json.at("businessDays").is_number_integer()) {
      if (json.at("businessDays").is_number_unsigned() &&
          json.at("businessDays").get<uint64_t>() > INT64_MAX) {
        return wrong(path, "out of range");
      }
      number = json.at("businessDays").get<int64_t>();
    } else if (json.contains("businessTime") && json.at("businessTime").is_string()) {
      auto time = duration_from_iso(json.at("businessTime").get_ref<const std::string&>());
      if (!time) return wrong(path, time.error().detail);
      unit = BusinessDuration::Unit::Time;
      number = *time;
    } else {
      return wrong(path, kExpected);
    }
    return Cell{static_cast<Int128>(static_cast<Uint128>(unit) << 64 | static_cast<uint64_t>(number))};
  }

  std::expected<Cell, Fault> text(const Type& shape, const Json& json, const std::string& path) {
    if (!json.is_string()) return wrong(path, "expected text");
    const std::string& value = json.get_ref<const std::string&>();
    if (shape.max_length > 0 && count_code_points(value) > shape.max_length) {
      return wrong(path, "text longer than " + std::to_string(shape.max_length));
    }
    if (value.size() > kPayloadBytesMax) return wrong(path, "text longer than 4 MiB");
    if (const auto problem = identifier_problem(shape.identifier, value))
      return wrong(path, "no " + std::string(to_string(shape.identifier)) + ": it " + *problem);
    if (shape.kind == Kind::Zone && !is_zone(value)) {
      return wrong(path, "there is no time zone '" + value.substr(0, 60) + "'");
    }
    return Cell{arena_.put_text(value)};
  }

  std::expected<Cell, Fault> enumerator(const Type& shape, const Json& json, const std::string& path) {
    if (json.is_string()) {
      const auto found = std::ranges::find(shape.values, json.get_ref<const std::string&>());
      if (found != shape.values.end()) return Cell{found - shape.values.begin()};
    }
    std::string names;
    for (const std::string& value : shape.values) names += (names.empty() ? "" : ", ") + value;
    return wrong(path, "expected one of " + names);
  }

  std::expected<Cell, Fault> record(const Type& shape, const Json& json, const std::string& path,
                                    unsigned depth) {
    if (!json.is_object()) return wrong(path, "expected an object with the fields of " + shape.name);
    for (const auto& [name, value] : json.items()) {
      const bool known =
          std::ranges::any_of(shape.fields, [&](const Field& field) { return field.name == name; });
      if (!known)
        return wrong(member(path, name),
                     "there is no such field" + (shape.name.empty() ? "" : " in " + shape.name));
    }
    if (shape.fields.empty()) return Cell();
    const Reference object = arena_.allocate(static_cast<uint32_t>(shape.fields.size() * sizeof(Cell)));
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      const Field& field = shape.fields[i];
      const auto found = json.find(field.name);
      if (found == json.end()) {
        if (types_[field.type].kind == Kind::Optional) continue;
        return wrong(member(path, field.name), "is missing");
      }
      auto cell = read(field.type, *found, member(path, field.name), depth + 1);
      if (!cell) return cell;
      arena_.cells(object)[i] = *cell;
    }
    return Cell{object};
  }

  std::expected<Cell, Fault> list(const Type& shape, const Json& json, const std::string& path,
                                  unsigned depth) {
    if (!json.is_array()) return wrong(path, "expected a list");
    if (json.empty()) return Cell();
    const uint32_t count = static_cast<uint32_t>(json.size());
    const Reference object =
        arena_.allocate(static_cast<uint32_t>(sizeof(ListHeader) + count * sizeof(Cell)));
    std::memcpy(arena_.at(object), &count, sizeof count);
    for (uint32_t i = 0; i < count; ++i) {
      auto cell = read(shape.element, json[i], path + "[" + std::to_string(i) + "]", depth + 1);
      if (!cell) return cell;
      arena_.cells(object)[i + 1] = *cell;
    }
    return Cell{object};
  }

  std::expected<Cell, Fault> optional(const Type& shape, const Json& json, const std::string& path,
                                      unsigned depth) {
    if (json.is_null()) return Cell();
    auto cell = read(shape.element, json, path, depth + 1);
    if (!cell) return cell;
    const Reference object = arena_.allocate(sizeof(Cell));
    *arena_.cells(object) = *cell;
    return Cell{object};
  }

  const Types& types_;
  Arena& arena_;
};

}  // namespace

std::expected<Cell, Fault> value_from_json(const Types& types, TypeId type, std::string_view json,
                                           Arena& arena) {
  // Sixteen bytes of value come from two bytes of document at worst ("[0,0,...]"): this keeps both within the
  // arena.
  if (json.size() > kPayloadBytesMax)
    return std::unexpected(Fault{FaultKind::TooLarge, "the document is larger than 4 MiB"});
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded())
    return std::unexpected(Fault{FaultKind::InvalidValue, "the document is not JSON"});
  return Reader(types, arena).read(type, document, "");
}

}  // namespace endcap::abi
