// Talking to a running daemon: one request, its JSON answer, and the exit code that an error stands for.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tools/common/exit_code.h"

namespace endcap::command {

using Json = nlohmann::ordered_json;

struct ServerError {
  ExitCode exit_code = kInternal;
  std::string message;  // one paragraph
};

class HttpClient {
 public:
  // `url` as --server gives it; empty: ENDCAP_SERVER, else http://127.0.0.1:8700.
  explicit HttpClient(std::string url);

  // `target` is path and query. An empty body makes a GET, another a POST.
  std::expected<Json, ServerError> call(const std::string& target, const std::string& body = {},
                                        const std::string& content_type = "application/json") const;

 private:
  std::string url_;
};

std::string percent_encode(std::string_view text);

}  // namespace endcap::command
