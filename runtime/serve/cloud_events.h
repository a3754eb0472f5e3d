// CloudEvents 1.0 over HTTP: structured (one, or a batch) and binary mode.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/serve/http_server.h"

namespace endcap {

struct CloudEvent {
  std::string source, id, type;
  std::string data_json;  // as it was written: no number passes through a float
};

struct CloudEvents {
  std::vector<CloudEvent> events;
  bool batch = false;  // the answer is a list, too
};

inline constexpr size_t kEventsInBatchMax = 1000;

// The error says which attribute of which event is wrong.
std::expected<CloudEvents, HttpResponse> parse_cloud_events(const HttpRequest& request);

// Members of a JSON object as their raw text. The error is one sentence.
std::expected<std::map<std::string, std::string>, std::string> raw_members(std::string_view json);
// Elements of a JSON array as their raw text.
std::expected<std::vector<std::string>, std::string> raw_elements(std::string_view json);
// The text of a raw JSON string; empty for anything else.
std::optional<std::string> text_of(std::string_view raw);

}  // namespace endcap
