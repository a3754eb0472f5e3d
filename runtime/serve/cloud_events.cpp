// Reading CloudEvents: see cloud_events.h. Raw JSON text is cut out by simdjson, so that decimals stay as
// they were written.
#include "runtime/serve/cloud_events.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

namespace endcap {
namespace {

constexpr std::string_view kStructured = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";
constexpr std::string_view kJson = "application/json";

std::string media_type(const HttpRequest& request) {
  const auto found = request.headers.find("content-type");
  if (found == request.headers.end()) return {};
  std::string type = found->second.substr(0, found->second.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return type;
}

std::unexpected<HttpResponse> invalid(std::string_view message) {
  return std::unexpected(error_response(400, "invalid", message));
}

std::string trimmed(std::string_view raw) {
  while (!raw.empty() && std::string_view(" \t\r\n").find(raw.back()) != std::string_view::npos)
    raw.remove_suffix(1);
  return std::string(raw);
}

std::string sentence(simdjson::error_code code) { return simdjson::error_message(code); }

// Attributes every event has. `where` names the event in a batch.
std::expected<CloudEvent, HttpResponse> complete(const std::map<std::string, std::string>& attributes,
                                                 const std::string& where) {
  const auto version = attributes.find("specversion");
  if (version == attributes.end()) return invalid(where + "specversion is missing: this is no CloudEvent.");
  if (version->second != "1.0")
    return invalid(fmt::format("{}specversion {} is not supported: use 1.0.", where, version->second));
  for (const char* name : {"id", "source", "type"}) {
    const auto found = attributes.find(name);
    if (found == attributes.end() || found->second.empty())
      return invalid(fmt::format("{}{} is missing or empty.", where, name));
    if (found->second.size() > 1024)
      return invalid(fmt::format("{}{} is longer than 1024 bytes.", where, name));
    if (!simdjson::validate_utf8(found->second))
      return invalid(fmt::format("{}{} is not UTF-8.", where, name));
  }
  return CloudEvent{attributes.at("source"), attributes.at("id"), attributes.at("type"), {}};
}

std::expected<CloudEvent, HttpResponse> structured(std::string_view json, const std::string& where) {
  auto members = raw_members(json);
  if (!members) return invalid(fmt::format("{}{}.", where, members.error()));
  std::map<std::string, std::string> attributes;
  for (const char* name : {"specversion", "id", "source", "type"}) {
    const auto found = members->find(name);
    if (found == members->end()) continue;
    auto text = text_of(found->second);
    if (!text) return invalid(fmt::format("{}{} is not a string.", where, name));
    attributes[name] = std::move(*text);
  }
  auto event = complete(attributes, where);
  if (!event) return event;
  if (members->contains("data_base64"))
    return invalid(where + "data_base64 is not supported: send JSON in data.");
  const auto data = members->find("data");
  event->data_json = data == members->end() ? "{}" : data->second;
  return event;
}

}  // namespace

std::expected<std::map<std::string, std::string>, std::string> raw_members(std::string_view json) {
  if (!nlohmann::json::accept(json)) return std::unexpected("the body is not JSON");
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (auto error = parser.iterate(padded).get(document)) return std::unexpected(sentence(error));
  if (document.get_object().get(object)) return std::unexpected("the body is not a JSON object");
  std::map<std::string, std::string> members;
  for (auto field : object) {
    std::string_view name, raw;
    if (auto error = field.unescaped_key().get(name)) return std::unexpected(sentence(error));
    const std::string key(name);
    if (auto error = simdjson::to_json_string(field.value()).get(raw))
      return std::unexpected(sentence(error));
    if (!members.emplace(key, trimmed(raw)).second)
      return std::unexpected(fmt::format("\"{}\" stands there twice", key));
  }
  return members;
}

std::expected<std::vector<std::string>, std::string> raw_elements(std::string_view json) {
  if (!nlohmann::json::accept(json)) return std::unexpected("the body is not JSON");
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  simdjson::ondemand::array array;
  if (auto error = parser.iterate(padded).get(document)) return std::unexpected(sentence(error));
  if (document.get_array().get(array)) return std::unexpected("the body is not a JSON array");
  std::vector<std::string> elements;
  for (auto element : array) {
    std::string_view raw;
    if (auto error = simdjson::to_json_string(element).get(raw)) return std::unexpected(sentence(error));
    elements.push_back(trimmed(raw));
  }
  return elements;
}

std::optional<std::string> text_of(std::string_view raw) {
  const auto value = nlohmann::json::parse(raw, nullptr, false);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::expected<CloudEvents, HttpResponse> parse_cloud_events(const HttpRequest& request) {
  const std::string type = media_type(request);
  CloudEvents result;
  if (request.headers.contains("ce-specversion") || request.headers.contains("ce-id")) {
    if (type != kJson && !type.ends_with("+json")) {
      return std::unexpected(error_response(
          415, "invalid",
          "The data of a binary CloudEvent must be JSON: send Content-Type: application/json."));
    }
    std::map<std::string, std::string> attributes;
    for (const char* name : {"specversion", "id", "source", "type"}) {
      const auto found = request.headers.find(std::string("ce-") + name);
      if (found != request.headers.end()) attributes[name] = found->second;
    }
    auto event = complete(attributes, "");
    if (!event) return std::unexpected(event.error());
    if (!nlohmann::json::accept(request.body)) return invalid("The event's data is not JSON.");
    event->data_json = request.body;
    result.events.push_back(std::move(*event));
    return result;
  }
  if (type == kBatch) {
    auto elements = raw_elements(request.body);
    if (!elements) return invalid(elements.error() + ".");
    if (elements->size() > kEventsInBatchMax) {
      return std::unexpected(error_response(
          413, "too_large",
          fmt::format("A batch may hold {} events; this one has {}.", kEventsInBatchMax, elements->size())));
    }
    result.batch = true;
    for (size_t i = 0; i < elements->size(); ++i) {
      auto event = structured((*elements)[i], fmt::format("Event {} of the batch: ", i));
      if (!event) return std::unexpected(event.error());
      result.events.push_back(std::move(*event));
    }
    return result;
  }
  if (type != kStructured && type != kJson) {
    return std::unexpected(
        error_response(415, "invalid",
                       "Send one CloudEvent as application/cloudevents+json, several as "
                       "application/cloudevents-batch+json, or binary mode with ce- headers."));
  }
  auto event = structured(request.body, "");
  if (!event) return std::unexpected(event.error());
  result.events.push_back(std::move(*event));
  return result;
}

}  // namespace endcap
