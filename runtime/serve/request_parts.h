// What the routes of the HTTP API read of requests, and how they answer.
#pragma once

#include <expected>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/engine/engine.h"
#include "runtime/serve/http_server.h"

namespace endcap {

inline constexpr uint64_t kPageMax = 1000;  // of any list

HttpResponse ok(std::string json, unsigned status = 200);
HttpResponse answer(std::expected<std::string, Refusal> result, unsigned status = 200);
JsonReply reply_with(HttpServer::Respond respond, unsigned status);
HttpResponse method_not_allowed(std::string_view allowed);

std::optional<uint64_t> number(std::string_view text);
// The body's members as raw JSON, when it is sent as JSON: forms that a foreign web page could post are not.
std::expected<std::map<std::string, std::string>, HttpResponse> body_members(const HttpRequest& request);
// Empty when it is absent and not required.
std::expected<std::string, HttpResponse> text_member(const std::map<std::string, std::string>& members,
                                                     const std::string& name, bool required);
std::optional<HttpResponse> unknown_member(const std::map<std::string, std::string>& members,
                                           std::initializer_list<std::string_view> known);
// The query as the engine's filter, JSON.
std::expected<std::string, HttpResponse> filter_of(const HttpRequest& request,
                                                   std::initializer_list<std::string_view> texts,
                                                   std::initializer_list<std::string_view> numbers,
                                                   std::initializer_list<std::string_view> flags = {});

}  // namespace endcap
