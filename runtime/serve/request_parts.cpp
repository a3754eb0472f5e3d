// Parts of requests and answers: see request_parts.h.
#include "runtime/serve/request_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/serve/api.h"
#include "runtime/serve/cloud_events.h"

namespace endcap {

HttpResponse ok(std::string json, unsigned status) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(json);
  return response;
}

HttpResponse answer(std::expected<std::string, Refusal> result, unsigned status) {
  if (!result) return refusal_response(result.error());
  return ok(std::move(*result), status);
}

JsonReply reply_with(HttpServer::Respond respond, unsigned status) {
  return [respond = std::move(respond), status](std::expected<std::string, Refusal> result) {
    respond(answer(std::move(result), status));
  };
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::expected<std::map<std::string, std::string>, HttpResponse> body_members(const HttpRequest& request) {
  const auto type = request.headers.find("content-type");
  if (type == request.headers.end() || !type->second.starts_with("application/json")) {
    return std::unexpected(
        error_response(415, "invalid", "Send the body as JSON, with Content-Type: application/json."));
  }
  auto members = raw_members(request.body);
  if (!members) return std::unexpected(error_response(400, "invalid", members.error() + "."));
  return std::move(*members);
}

std::expected<std::string, HttpResponse> text_member(const std::map<std::string, std::string>& members,
                                                     const std::string& name, bool required) {
  const auto found = members.find(name);
  if (found == members.end() || found->second == "null") {
    if (!required) return std::string();
    return std::unexpected(error_response(400, "invalid", fmt::format("\"{}\" is missing.", name)));
  }
  auto text = text_of(found->second);
  if (!text)
    return std::unexpected(error_response(400, "invalid", fmt::format("\"{}\" is not a string.", name)));
  return std::move(*text);
}

std::optional<HttpResponse> unknown_member(const std::map<std::string, std::string>& members,
                                           std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : members) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return error_response(
          400, "invalid",
          fmt::format("\"{}\" is not known here; known are {}.", name, fmt::join(known, ", ")));
    }
  }
  return std::nullopt;
}

std::expected<std::string, HttpResponse> filter_of(const HttpRequest& request,
                                                   std::initializer_list<std::string_view> texts,
                                                   std::initializer_list<std::string_view> numbers,
                                                   std::initializer_list<std::string_view> flags) {
  nlohmann::json filter = nlohmann::json::object();
  for (const auto& [name, value] : request.query) {
    if (std::find(texts.begin(), texts.end(), name) != texts.end()) {
      filter[name] = value;
    } else if (std::find(flags.begin(), flags.end(), name) != flags.end() &&
               (value == "true" || value == "false")) {
      filter[name] = value == "true";
    } else if (std::find(numbers.begin(), numbers.end(), name) != numbers.end() && number(value)) {
      filter[name] = *number(value);
    } else {
      return std::unexpected(error_response(
          400, "invalid",
          fmt::format("The filter \"{}\" is not known here, or is not a whole number; known are {} and {}.",
                      name, fmt::join(texts, ", "), fmt::join(numbers, ", "))));
    }
  }
  return filter.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

HttpResponse method_not_allowed(std::string_view allowed) {
  HttpResponse response = error_response(405, "invalid", fmt::format("Only {} is possible here.", allowed));
  response.headers["Allow"] = allowed;
  return response;
}

}  // namespace endcap
