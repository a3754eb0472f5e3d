// Questions and answers.
#include "runtime/advise/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/abi/value_json.h"
#include "runtime/connect/json.h"
#include "runtime/value/decimal.h"
#include "runtime/value/time.h"

namespace endcap::advise {
namespace {

using connect::Json;

constexpr size_t kWordsMax = 200;  // of a model's name
constexpr uint8_t kConfidencePlaces = 30;

// Levels of brackets, before anything recurses over them.
bool nested_too_deep(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = false;
    } else if (text[i] == '"') {
      quoted = true;
    } else if (text[i] == '[' || text[i] == '{') {
      if (++depth > abi::kValueDepthMax) return true;
    } else if ((text[i] == ']' || text[i] == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

// Where a number is meant, one with a point becomes the digits that were sent, as text: that is how values
// are read. Elsewhere it stays what it is, and does not fit.
void make_exact(const abi::Types& types, abi::TypeId type, Json& value) {
  const abi::Type& shape = types[type];
  switch (shape.kind) {
    case abi::Kind::Int:
    case abi::Kind::Decimal:
    case abi::Kind::Percent:
      if (value.is_binary()) value = connect::decimal_digits(value);
      return;
    case abi::Kind::Money:
    case abi::Kind::Quantity:
      if (value.is_object() && value.contains("amount") && value["amount"].is_binary())
        value["amount"] = connect::decimal_digits(value["amount"]);
      return;
    case abi::Kind::Record:
      for (const abi::Field& field : shape.fields) {
        if (value.is_object() && value.contains(field.name)) make_exact(types, field.type, value[field.name]);
      }
      return;
    case abi::Kind::List:
      if (!value.is_array()) return;
      for (Json& element : value) make_exact(types, shape.element, element);
      return;
    case abi::Kind::Optional:
      return make_exact(types, shape.element, value);
    default:
      return;
  }
}

CallResult invalid(std::string message) {
  return {.kind = CallResult::Kind::Invalid, .value = "", .rejection = 0, .message = std::move(message)};
}

// What the model says of itself; the error names what is wrong with it.
std::expected<AdvisorSays, std::string> read_says(const Json& answer) {
  AdvisorSays says;
  for (const auto& [name, into] : {std::pair{"model", &says.model}, std::pair{"version", &says.version}}) {
    const auto found = answer.find(name);
    const bool sound =
        found != answer.end() && found->is_string() && !found->get_ref<const std::string&>().empty();
    if (!sound || found->get_ref<const std::string&>().size() > kWordsMax)
      return std::unexpected(fmt::format("{}: expected text of 1 to {} bytes", name, kWordsMax));
    *into = found->get<std::string>();
  }
  if (const auto found = answer.find("confidence"); found != answer.end()) {
    says.confidence = connect::decimal_digits(*found);
    const auto units = decimal_from_text(says.confidence, kConfidencePlaces);
    const auto one = decimal_rescale(1, 0, kConfidencePlaces, Rounding::HalfEven);
    if (!units || *units < 0 || *units > one.value())
      return std::unexpected("confidence: expected a decimal from 0 to 1");
  }
  if (const auto found = answer.find("age_seconds"); found != answer.end()) {
    constexpr int64_t kAgeMax = int64_t{100} * 366 * 24 * 3600;
    if (!found->is_number_integer() || (found->is_number_unsigned() && found->get<uint64_t>() > kAgeMax) ||
        found->get<int64_t>() < 0)
      return std::unexpected("age_seconds: expected a whole number of seconds");
    says.age_seconds = found->get<int64_t>();
  }
  return says;
}

}  // namespace

std::string question(const CallRequest& request) {
  const abi::Program& program = *request.program;
  const abi::Advisor& advisor = program.advisors.at(request.target);
  return fmt::format(
      R"({{"advisor": {}, "inputs": {}, "input_hash": {}, "request_id": {}, "attempt": {}, "now": {}}})",
      Json(advisor.name).dump(), abi::packed_to_json(program.types, advisor.inputs, request.payload),
      Json(request.input_hash).dump(), Json(request.key).dump(), request.attempt,
      Json(instant_to_text(request.now)).dump());
}

CallResult read_answer(const CallRequest& request, std::string_view body) {
  const abi::Program& program = *request.program;
  const abi::Advisor& advisor = program.advisors.at(request.target);
  if (nested_too_deep(body)) return invalid("nested too deep");
  auto answer = connect::parse_json(body);
  if (!answer) return invalid(answer.error());
  if (!answer->is_object()) return invalid("expected an object");
  for (const auto& [name, value] : answer->items()) {
    constexpr std::array<std::string_view, 5> kKnown{"output", "model", "version", "confidence",
                                                     "age_seconds"};
    if (std::ranges::find(kKnown, name) == kKnown.end())
      return invalid(fmt::format("{}: there is no such field in an answer", name.substr(0, kWordsMax)));
  }
  auto says = read_says(*answer);
  if (!says) return invalid(says.error());
  const auto output = answer->find("output");
  if (output == answer->end()) return invalid("output: is missing");
  make_exact(program.types, advisor.output, *output);
  abi::Arena arena;
  const auto cell = abi::value_from_json(program.types, advisor.output, output->dump(), arena);
  if (!cell) return invalid("output: " + cell.error().detail);
  CallResult result{.kind = CallResult::Kind::Ok,
                    .value = abi::pack_value(program.types, advisor.output, arena, *cell, nullptr)};
  if (result.value.size() > abi::kPayloadBytesMax)
    return invalid(fmt::format("output: {} bytes are too many", result.value.size()));
  result.says = std::move(*says);
  return result;
}

}  // namespace endcap::advise
