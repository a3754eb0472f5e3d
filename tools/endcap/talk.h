// What the commands have in common that ask a running daemon.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "tools/endcap/account.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/http_client.h"

namespace endcap::command {

enum class Shape : uint8_t { Human, Short, Verbatim };  // Verbatim: the daemon's JSON

struct TalkOptions {
  std::string server;
  Shape shape = Shape::Human;
  std::vector<std::string> name;  // an id, or workflow and key
  std::vector<std::string> except;
  std::string workflow, status, key, role, person, reason, remark, decision,
      arguments = "{}", request_id, file, id, source, type, data = "{}", answers, to, after;
  uint64_t task = 0, from = 0, limit = 0, instance = 0;
  bool closed = false, late = false;
};
using Options = std::shared_ptr<TalkOptions>;

inline CLI::App* add(CLI::App& app, const char* name, const char* about, const Options& options) {
  auto* command = app.add_subcommand(name, about);
  command->add_option("--server", options->server,
                      "URL of the daemon (default: ENDCAP_SERVER, else http://127.0.0.1:8700)");
  static const std::map<std::string, Shape> kShapes = {
      {"human", Shape::Human}, {"short", Shape::Short}, {"json", Shape::Verbatim}};
  command
      ->add_option("--format", options->shape,
                   "human: for people; short: one line each; json: the daemon's answer")
      ->transform(CLI::CheckedTransformer(kShapes).description("human|short|json"))
      ->default_str("human");
  return command;
}

// Says what the daemon answered; `render` makes text of it.
template <typename Render>
int report(const Options& options, const std::expected<Json, ServerError>& answer, Render render) {
  if (!answer) {
    tell(answer.error().message);
    return answer.error().exit_code;
  }
  return print(options->shape == Shape::Verbatim ? answer->dump() + "\n"
                                                 : render(*answer, options->shape == Shape::Short))
             ? kClean
             : kInternal;
}

inline std::expected<std::string, int> json_argument(const std::string& text, const char* what) {
  std::string json = text;
  if (text.starts_with('@')) {
    std::ifstream file(text.substr(1), std::ios::binary);
    if (!file) {
      tell(fmt::format("{} can't be read", text.substr(1)));
      return std::unexpected(kInternal);
    }
    json.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (Json::accept(json)) return json;
  tell(fmt::format("{} is not JSON: {}", what, json.substr(0, 60)));
  return std::unexpected(kUsage);
}

inline std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline std::string json_text_list(const std::vector<std::string>& texts) {
  return Json(texts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

class Query {
 public:
  Query& text(const char* name, const std::string& value) {
    if (!value.empty()) add(name, percent_encode(value));
    return *this;
  }
  Query& number(const char* name, uint64_t value) {
    if (value != 0) add(name, fmt::format("{}", value));
    return *this;
  }
  const std::string& str() const { return query_; }

 private:
  void add(const char* name, const std::string& value) {
    query_ += fmt::format("{}{}={}", query_.empty() ? "?" : "&", name, value);
  }
  std::string query_;
};

// A list that is cut says so, and how to go on.
inline void tell_more(const Options& options, const std::expected<Json, ServerError>& answer) {
  if (!answer || options->shape == Shape::Verbatim) return;
  const auto next = answer->find("next");
  if (next != answer->end() && !next->is_null())
    tell(fmt::format("there are more: --after {}", next->dump()));
}

}  // namespace endcap::command
