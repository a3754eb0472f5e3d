// Routes of the HTTP API about routes, syncs and what is held of them: see api.h.
#include <fmt/format.h>

#include "runtime/serve/api.h"
#include "runtime/serve/request_parts.h"

namespace endcap {

void Api::routes(HttpServer::Respond respond) {
  post([respond](Engine& engine) { respond(answer(engine.routes())); }, respond);
}

// /v1/held, /v1/held/{item}, and /resend and /drop behind it.
void Api::held(HttpRequest request, HttpServer::Respond respond) {
  const auto& path = request.path;
  const bool get = request.method == "GET", posts = request.method == "POST";
  if (path.size() == 2) return get ? held_list(request, respond) : respond(method_not_allowed("GET"));
  const auto item = number(path[2]);
  if (!item)
    return respond(
        error_response(404, "not_found", fmt::format("\"{}\" is not the number of an item.", path[2])));
  if (path.size() == 3) {
    if (!get) return respond(method_not_allowed("GET"));
    return post([item = *item, respond](Engine& engine) { respond(answer(engine.held_item(item))); },
                respond);
  }
  const bool drop = path[3] == "drop";
  if (path.size() != 4 || (!drop && path[3] != "resend"))
    return respond(error_response(
        404, "not_found",
        "What is held is sent again or dropped: /v1/held/{item}/resend, /v1/held/{item}/drop."));
  if (!posts) return respond(method_not_allowed("POST"));
  settle_held(*item, drop, request, respond);
}

void Api::held_list(const HttpRequest& request, HttpServer::Respond respond) {
  std::string of;
  uint64_t after = 0, limit = 0;
  for (const auto& [name, value] : request.query) {
    if (name == "of") {
      of = value;
      continue;
    }
    const auto parsed = number(value);
    if ((name != "after" && name != "limit") || !parsed ||
        (name == "limit" && (*parsed == 0 || *parsed > kPageMax))) {
      return respond(error_response(
          400, "invalid",
          fmt::format(
              "What is held takes of (a route or sync), after (the next of the page before) and limit "
              "(1 to {}).",
              kPageMax)));
    }
    (name == "after" ? after : limit) = *parsed;
  }
  post([=](Engine& engine) { respond(answer(engine.held(of, after, static_cast<uint32_t>(limit)))); },
       respond);
}

void Api::settle_held(uint64_t item, bool drop, const HttpRequest& request, HttpServer::Respond respond) {
  auto members = body_members(request);
  if (!members) return respond(members.error());
  if (auto unknown = unknown_member(*members, {"by", "reason"})) return respond(*unknown);
  auto by = text_member(*members, "by", true);
  if (!by) return respond(by.error());
  auto reason = text_member(*members, "reason", drop);
  if (!reason) return respond(reason.error());
  HeldRequest settled{item, std::move(*by), drop, std::move(*reason), reply_with(respond, 200)};
  post([settled = std::move(settled)](Engine& engine) { engine.settle_held(settled); }, respond,
       Share::Promised);
}

}  // namespace endcap
