// OpenAPI documents: see openapi.h. Schemas are JSON Schema 2020-12, as the engine reads values.
#include "runtime/serve/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/value/time.h"

namespace endcap {
namespace {

using OrderedJson = nlohmann::ordered_json;
using InboundWhat = abi::Interface::Operation::What;

// Digits as text: "12.50".
std::string digits_pattern(const abi::Type& type) {
  const bool never_negative = type.least && *type.least >= 0;
  const int whole = type.precision == 0 ? 0 : type.precision - type.scale;
  const std::string before = whole == 0 ? "[0-9]+" : fmt::format("[0-9]{{1,{}}}", whole);
  const std::string behind = type.scale == 0 ? "" : fmt::format("(\\.[0-9]{{1,{}}})?", type.scale);
  return fmt::format("^{}{}{}$", never_negative ? "" : "-?", before, behind);
}

OrderedJson digits_schema(const abi::Type& type) {
  OrderedJson schema{{"type", "string"}, {"pattern", digits_pattern(type)}};
  if (const std::string bounds = abi::bounds_text(type); !bounds.empty()) schema["description"] = bounds;
  return schema;
}

OrderedJson amount_schema(const abi::Type& type, const char* unit) {
  return {{"type", "object"},
          {"properties", {{"amount", digits_schema(type)}, {unit, {{"const", type.name}}}}},
          {"required", {"amount", unit}},
          {"additionalProperties", false}};
}

OrderedJson whole_schema(const abi::Type& type) {
  OrderedJson schema{{"type", "integer"}};
  if (type.least) schema["minimum"] = static_cast<int64_t>(*type.least);
  if (type.most) schema["maximum"] = static_cast<int64_t>(*type.most);
  return schema;
}

OrderedJson text_schema(const abi::Type& type) {
  OrderedJson schema{{"type", "string"}};
  if (type.max_length > 0) schema["maxLength"] = type.max_length;
  if (type.identifier != Identifier::None)
    schema["description"] = fmt::format("a {}, with its check digit", to_string(type.identifier));
  return schema;
}

OrderedJson schema_of(const abi::Types& types, abi::TypeId id) {
  const abi::Type& type = types[id];
  switch (type.kind) {
    case abi::Kind::Bool:
      return {{"type", "boolean"}};
    case abi::Kind::Int:
      return whole_schema(type);
    case abi::Kind::Decimal:
    case abi::Kind::Percent:
      return digits_schema(type);
    case abi::Kind::Money:
      return amount_schema(type, "currency");
    case abi::Kind::Quantity:
      return amount_schema(type, "unit");
    case abi::Kind::Date:
      return {{"type", "string"}, {"format", "date"}};
    case abi::Kind::Time:
      return {{"type", "string"}, {"pattern", "^[0-9]{1,2}:[0-9]{2}$"}};
    case abi::Kind::Instant:
      return {{"type", "string"}, {"format", "date-time"}};
    case abi::Kind::Enum:
      return {{"type", "string"}, {"enum", type.values}};
    case abi::Kind::Optional:
      return {{"anyOf", {schema_of(types, type.element), {{"type", "null"}}}}};
    default:
      return text_schema(type);
  }
}

OrderedJson body_schema(const abi::Types& types, const abi::Interface::Operation& operation) {
  OrderedJson properties = OrderedJson::object(), required = OrderedJson::array();
  for (const abi::Field& field : types[operation.parameters].fields) {
    properties[field.name] = schema_of(types, field.type);
    if (types[field.type].kind != abi::Kind::Optional) required.push_back(field.name);
  }
  OrderedJson schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

OrderedJson error_answer(const char* description) {
  return {{"description", description},
          {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
}

OrderedJson answers(const abi::Interface& interface, const abi::Interface::Operation& operation) {
  const bool starts = operation.what == InboundWhat::Starts;
  OrderedJson properties{{"accepted", {{"const", true}}}};
  if (starts) {
    properties["key"] = {{"type", "string"}};
  } else {
    properties["duplicate"] = {{"type", "boolean"}};
  }
  OrderedJson all;
  all[starts ? "201" : "202"] = {
      {"description", "On stable storage. The same Idempotency-Key with the same body gives it again."},
      {"content",
       {{"application/json", {{"schema", {{"type", "object"}, {"properties", std::move(properties)}}}}}}}};
  all["400"] = error_answer("The body does not fit, or there is no Idempotency-Key.");
  all["401"] = error_answer("There is no token, or it is nobody's.");
  if (operation.scope) all["403"] = error_answer("The caller does not answer for this.");
  all["404"] = error_answer("There is no such operation, or it is not for the caller.");
  all["409"] = error_answer(starts ? "The Idempotency-Key was used for another call, or it runs already."
                                   : "The Idempotency-Key was used for another call.");
  if (interface.until) all["410"] = error_answer("This version is gone; a newer one takes its place.");
  all["413"] = error_answer("The body is too large.");
  all["415"] = error_answer("The body is not sent as JSON.");
  all["429"] = error_answer("More calls than the quota lets through; Retry-After says when to come back.");
  all["503"] = error_answer("Whether it was kept is not known: ask again with the same Idempotency-Key.");
  return all;
}

OrderedJson described(const abi::Program& program, const abi::Interface& interface,
                      const abi::Interface::Operation& operation) {
  OrderedJson post{{"operationId", operation.name}};
  if (interface.deprecated) post["deprecated"] = true;
  if (operation.scope) {
    const std::string& name = program.types[operation.parameters].fields[*operation.scope].name;
    post["description"] = fmt::format("`{}` must be among what the caller answers for.", name);
  }
  post["parameters"] = {
      {{"name", "Idempotency-Key"},
       {"in", "header"},
       {"required", true},
       {"description", "Names this call: it is done once by it, for 30 days."},
       {"schema",
        {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}, {"pattern", "^[\\x21-\\x7e]+$"}}}}};
  post["requestBody"] = {
      {"required", true},
      {"content", {{"application/json", {{"schema", body_schema(program.types, operation)}}}}}};
  post["responses"] = answers(interface, operation);
  return {{"post", std::move(post)}};
}

std::string period_text(Duration period) {
  return period == kSecond ? "second" : period == kMinute ? "minute" : period == kHour ? "hour" : "day";
}

}  // namespace

std::string openapi_json(const abi::Program& program, const abi::Interface& interface) {
  std::string about = fmt::format("For {}. Up to {} calls per {}.", program.partners[interface.partner].name,
                                  interface.quota_count, period_text(interface.quota_period));
  if (interface.deprecated)
    about += fmt::format(" Deprecated from {}, gone from {}.", instant_to_text(*interface.deprecated),
                         instant_to_text(*interface.until));
  OrderedJson document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", interface.name}, {"version", std::to_string(interface.version)}, {"description", about}}},
      {"security", {{{"token", OrderedJson::array()}}}},
      {"paths", OrderedJson::object()}};
  for (const auto& operation : interface.operations)
    document["paths"][fmt::format("/v1/{}/{}/{}", interface.name, interface.version, operation.name)] =
        described(program, interface, operation);
  document["components"] = {
      {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
      {"schemas",
       {{"Error",
         {{"type", "object"},
          {"required", {"error"}},
          {"properties",
           {{"error",
             {{"type", "object"},
              {"required", {"kind", "message"}},
              {"properties", {{"kind", {{"type", "string"}}}, {"message", {{"type", "string"}}}}}}}}}}}}}};
  return document.dump(2) + "\n";
}

}  // namespace endcap
