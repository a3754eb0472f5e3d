// Routes of the HTTP API: see api.h. Every answer about the engine comes from its own thread.
#include "runtime/serve/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/serve/cloud_events.h"
#include "runtime/serve/request_parts.h"

namespace endcap {
namespace {

using Json = nlohmann::json;
using Respond = HttpServer::Respond;

constexpr std::string_view kRetryAfterSeconds = "1";

}  // namespace

HttpResponse refusal_response(const Refusal& refusal) {
  switch (refusal.kind) {
    case Refusal::Kind::NotFound:
      return error_response(404, "not_found", refusal.message);
    case Refusal::Kind::Invalid:
      return error_response(400, "invalid", refusal.message);
    case Refusal::Kind::Denied:
      return error_response(403, "denied", refusal.message);
    case Refusal::Kind::Conflict:
      return error_response(409, "conflict", refusal.message);
    case Refusal::Kind::Gone:
      return error_response(410, "gone", refusal.message);
    case Refusal::Kind::Unreadable:
      return error_response(500, "unreadable", refusal.message);
    case Refusal::Kind::Overloaded:
      break;
  }
  HttpResponse response = refusal.disk_full ? error_response(507, "disk_full", refusal.message)
                                            : error_response(429, "overloaded", refusal.message);
  response.headers["Retry-After"] = std::to_string(refusal.retry_after_s);
  return response;
}

std::optional<Respond> Api::take_in(const Respond& respond) {
  if (new_waiting_->fetch_add(1) >= info_.new_waiting_max) {
    --*new_waiting_;
    respond(refusal_response({Refusal::Kind::Overloaded, "too many starts and events are waiting"}));
    return std::nullopt;
  }
  const std::shared_ptr<void> counted(nullptr, [waiting = new_waiting_](void*) { --*waiting; });
  return [respond, counted](HttpResponse response) { respond(std::move(response)); };
}

void Api::post(Work work, const Respond& respond, Share share) {
  if (shell_.post(std::move(work), share)) return;
  HttpResponse response =
      error_response(503, "overloaded",
                     "The daemon takes in nothing more just now: it is stopping, or too much is waiting.");
  response.headers["Retry-After"] = kRetryAfterSeconds;
  respond(std::move(response));
}

void Api::handle(HttpRequest request, Respond respond) {
  const auto& path = request.path;
  const bool get = request.method == "GET", posts = request.method == "POST";
  const auto only = [&](bool right, std::string_view allowed) {
    if (!right) respond(method_not_allowed(allowed));
    return right;
  };
  if (path.size() == 1 && path[0] == "healthz") return only(get, "GET") ? health(respond) : void();
  if (path.size() == 1 && path[0] == "metrics") return only(get, "GET") ? metrics(respond) : void();
  if (path.size() >= 2 && path[0] == "v1") {
    if (path[1] == "instances") return instances(std::move(request), std::move(respond));
    if (path[1] == "schedules" && path.size() == 2) return only(get, "GET") ? schedules(respond) : void();
    if (path[1] == "routes" && path.size() == 2) return only(get, "GET") ? routes(respond) : void();
    if (path[1] == "held") return held(std::move(request), std::move(respond));
    if (path[1] == "backups" && path.size() == 2 && info_.backups)
      return info_.backups->handle(request, respond);
    if (path[1] == "clock" && path.size() == 2) return only(get, "GET") ? clock(respond) : void();
    if (path[1] == "events" && path.size() == 2)
      return only(posts, "POST") ? events(request, respond) : void();
    if (path[1] == "tasks" && path.size() == 2) return only(get, "GET") ? tasks(request, respond) : void();
    if (path[1] == "tasks" && path.size() == 3) return only(get, "GET") ? task(path[2], respond) : void();
    if (path[1] == "tasks" && path.size() == 4 && path[3] == "lines")
      return only(get, "GET") ? lines(path[2], request, respond) : void();
    if (path[1] == "tasks" && path.size() == 4 && path[3] == "decision")
      return only(posts, "POST") ? decide(path[2], request, respond) : void();
    if (path[1] == "tasks" && path.size() == 4 && path[3] == "delegation")
      return only(posts, "POST") ? delegate(path[2], request, respond) : void();
  }
  respond(
      error_response(404, "not_found", "There is no such path. docs/reference/api.md lists what there is."));
}

// /v1/instances, /{id}, /{workflow}/{key}, each of the latter with /history; /{id}/resume.
void Api::instances(HttpRequest request, Respond respond) {
  const auto& path = request.path;
  const bool get = request.method == "GET", posts = request.method == "POST";
  if (path.size() == 2) {
    if (posts) return start(request, respond);
    if (!get) return respond(method_not_allowed("GET, POST"));
    auto filter = filter_of(request, {"workflow", "status", "key"}, {"limit", "after"}, {"late"});
    if (!filter) return respond(filter.error());
    return post([filter = *filter, respond](Engine& engine) { respond(answer(engine.list(filter))); },
                respond);
  }
  const bool by_id = number(path[2]).has_value();
  if (by_id && path.size() == 4 && path[3] == "resume") {
    return posts ? resume(path[2], request, respond) : respond(method_not_allowed("POST"));
  }
  if (!get) return respond(method_not_allowed("GET"));
  const size_t own = by_id ? 3 : 4;  // segments that name the instance
  if (path.size() == own + 1 && path[own] == "history")
    return history(path[2], by_id ? "" : path[3], request, respond);
  if (path.size() == own) {
    return post([name = path[2], key = by_id ? "" : path[3],
                 respond](Engine& engine) { respond(answer(engine.show(name, key))); },
                respond);
  }
  respond(error_response(
      404, "not_found",
      "Name an instance by its number, or by its workflow and key: /v1/instances/{workflow}/{key}."));
}

void Api::start(const HttpRequest& request, Respond respond) {
  auto members = body_members(request);
  if (!members) return respond(members.error());
  if (auto unknown = unknown_member(*members, {"workflow", "arguments", "request_id"}))
    return respond(*unknown);
  auto workflow = text_member(*members, "workflow", true);
  if (!workflow) return respond(workflow.error());
  auto request_id = text_member(*members, "request_id", false);
  if (!request_id) return respond(request_id.error());
  const auto arguments = members->find("arguments");
  StartRequest start{std::move(*workflow),
                     arguments == members->end() ? "{}" : arguments->second,
                     std::move(*request_id),
                     {}};
  const auto counted = take_in(respond);
  if (!counted) return;
  start.reply = reply_with(*counted, 201);
  post([start = std::move(start)](Engine& engine) { engine.start(start); }, *counted);
}

void Api::history(std::string workflow_or_id, std::string key, const HttpRequest& request, Respond respond) {
  uint64_t from = 0, limit = 100;
  for (const auto& [name, value] : request.query) {
    auto parsed = number(value);
    if ((name != "from" && name != "limit") || !parsed ||
        (name == "limit" && (*parsed == 0 || *parsed > kPageMax))) {
      return respond(error_response(
          400, "invalid",
          fmt::format("History takes from (a sequence) and limit (1 to {}), both whole numbers.", kPageMax)));
    }
    (name == "from" ? from : limit) = *parsed;
  }
  post(
      [=](Engine& engine) {
        auto id = number(workflow_or_id);
        if (!id) {
          auto shown = engine.show(workflow_or_id, key);
          if (!shown) return respond(refusal_response(shown.error()));
          id = Json::parse(*shown).at("id").get<uint64_t>();
        }
        respond(answer(engine.history(*id, from, static_cast<uint32_t>(limit))));
      },
      respond);
}

void Api::resume(const std::string& id, const HttpRequest& request, Respond respond) {
  auto members = body_members(request);
  if (!members) return respond(members.error());
  if (auto unknown = unknown_member(*members, {"person", "reason"})) return respond(*unknown);
  auto person = text_member(*members, "person", true);
  if (!person) return respond(person.error());
  auto reason = text_member(*members, "reason", false);
  if (!reason) return respond(reason.error());
  ResumeRequest resumed{*number(id), std::move(*person), std::move(*reason), reply_with(respond, 200)};
  post([resumed = std::move(resumed)](Engine& engine) { engine.resume(resumed); }, respond, Share::Promised);
}

void Api::tasks(const HttpRequest& request, Respond respond) {
  HttpRequest asked = request;
  if (const auto open = asked.query.extract("open"); !open.empty()) {
    if (open.mapped() != "true" && open.mapped() != "false") {
      return respond(error_response(400, "invalid", "The filter \"open\" is true or false."));
    }
    asked.query["status"] = open.mapped() == "true" ? "open" : "closed";
  }
  auto filter =
      filter_of(asked, {"role", "person", "workflow", "key", "status"}, {"instance", "limit", "after"});
  if (!filter) return respond(filter.error());
  post([filter = *filter, respond](Engine& engine) { respond(answer(engine.tasks(filter))); }, respond);
}

namespace {

HttpResponse no_task(const std::string& id) {
  return error_response(404, "not_found", fmt::format("\"{}\" is not the number of a task.", id));
}

}  // namespace

void Api::task(const std::string& id, Respond respond) {
  const auto task = number(id);
  if (!task) return respond(no_task(id));
  post([task = *task, respond](Engine& engine) { respond(answer(engine.task(task))); }, respond);
}

void Api::lines(const std::string& id, const HttpRequest& request, Respond respond) {
  const auto task = number(id);
  if (!task) return respond(no_task(id));
  std::string after;
  uint64_t limit = 0;
  for (const auto& [name, value] : request.query) {
    if (name == "after") {
      after = value;
      continue;
    }
    auto parsed = number(value);
    if (name != "limit" || !parsed || *parsed == 0 || *parsed > kPageMax) {
      return respond(error_response(
          400, "invalid",
          fmt::format("Lines take after (the next of the page before) and limit (1 to {}).", kPageMax)));
    }
    limit = *parsed;
  }
  post([task = *task, after, limit, respond](
           Engine& engine) { respond(answer(engine.lines(task, after, static_cast<uint32_t>(limit)))); },
       respond);
}

void Api::decide(const std::string& id, const HttpRequest& request, Respond respond) {
  const auto task = number(id);
  if (!task) return respond(no_task(id));
  auto members = body_members(request);
  if (!members) return respond(members.error());
  if (auto unknown =
          unknown_member(*members, {"person", "decision", "reason", "remark", "answers", "except"}))
    return respond(*unknown);
  auto person = text_member(*members, "person", true);
  if (!person) return respond(person.error());
  auto decision = text_member(*members, "decision", true);
  if (!decision) return respond(decision.error());
  auto reason = text_member(*members, "reason", false);
  if (!reason) return respond(reason.error());
  DecisionRequest decided{*task, std::move(*person), DecisionRequest::What::Done, std::move(*reason),
                          reply_with(respond, 200)};
  auto remark = text_member(*members, "remark", false);
  if (!remark) return respond(remark.error());
  decided.remark = std::move(*remark);
  if (const auto answers = members->find("answers"); answers != members->end())
    decided.answers = answers->second;
  if (const auto except = members->find("except"); except != members->end() && except->second != "null")
    decided.except = except->second;
  if (*decision == "approve") {
    decided.what = DecisionRequest::What::Approve;
  } else if (*decision == "reject") {
    decided.what = DecisionRequest::What::Reject;
  } else if (*decision == "counter") {
    decided.what = DecisionRequest::What::Counter;
  } else if (*decision != "done") {
    return respond(error_response(
        400, "invalid",
        fmt::format("The decision \"{}\" is not one of approve, reject, counter and done.", *decision)));
  }
  post([decided = std::move(decided)](Engine& engine) { engine.decide(decided); }, respond, Share::Promised);
}

void Api::delegate(const std::string& id, const HttpRequest& request, Respond respond) {
  const auto task = number(id);
  if (!task) return respond(no_task(id));
  auto members = body_members(request);
  if (!members) return respond(members.error());
  if (auto unknown = unknown_member(*members, {"person", "to", "reason"})) return respond(*unknown);
  auto person = text_member(*members, "person", true);
  if (!person) return respond(person.error());
  auto to = text_member(*members, "to", true);
  if (!to) return respond(to.error());
  auto reason = text_member(*members, "reason", false);
  if (!reason) return respond(reason.error());
  DecisionRequest delegated{*task, std::move(*person), DecisionRequest::What::Delegate, std::move(*reason),
                            reply_with(respond, 200)};
  delegated.to = std::move(*to);
  post([delegated = std::move(delegated)](Engine& engine) { engine.decide(delegated); }, respond,
       Share::Promised);
}

void Api::events(const HttpRequest& request, Respond respond) {
  auto parsed = parse_cloud_events(request);
  if (!parsed) return respond(parsed.error());
  if (parsed->events.empty()) return respond(ok("[]", 202));
  const auto counted = take_in(respond);
  if (!counted) return;
  respond = *counted;

  // A batch is answered when its last event is; the first refusal is the answer. Sending it again is safe:
  // events are deduplicated.
  struct Batch {
    std::vector<std::string> answers;
    size_t open = 0;
    std::optional<Refusal> refused;
  };
  auto batch = std::make_shared<Batch>();
  batch->open = parsed->events.size();
  batch->answers.resize(batch->open);
  const bool is_batch = parsed->batch;
  post(
      [events = std::move(parsed->events), batch, is_batch, respond](Engine& engine) {
        for (size_t i = 0; i < events.size(); ++i) {
          const auto reply = [batch, is_batch, respond, i](std::expected<std::string, Refusal> result) {
            if (result) {
              batch->answers[i] = std::move(*result);
            } else if (!batch->refused) {
              batch->refused = result.error();
              if (is_batch)
                batch->refused->message =
                    fmt::format("Event {} of the batch: {}", i, batch->refused->message);
            }
            if (--batch->open != 0) return;
            if (batch->refused) return respond(refusal_response(*batch->refused));
            respond(
                ok(is_batch ? fmt::format("[{}]", fmt::join(batch->answers, ",")) : batch->answers[0], 202));
          };
          engine.event({events[i].source, events[i].id, events[i].type, events[i].data_json, reply});
        }
      },
      respond);
}

void Api::metrics(Respond respond) {
  post(
      [this, respond](Engine& engine) {
        HttpResponse response;
        response.content_type = "text/plain; version=0.0.4";
        response.body = metrics_text(engine.counters(), shell_.now());
        response.body += pressure_metrics_text(engine.pressure(), engine.counters());
        if (const auto carried = engine.routes()) response.body += carry_metrics_text(*carried);
        if (info_.partner_calls) response.body += info_.partner_calls->metrics();
        respond(std::move(response));
      },
      respond, Share::Promised);
}

void Api::schedules(Respond respond) {
  post([respond](Engine& engine) { respond(answer(engine.schedules())); }, respond);
}

void Api::clock(Respond respond) {
  post(
      [this, respond](Engine& engine) {
        const auto due = engine.next_due();
        respond(ok(Json{{"now", instant_to_text(shell_.now())},
                        {"clock", shell_.clock().name()},
                        {"next_due", due ? Json(instant_to_text(*due)) : Json()},
                        {"busy", engine.busy()}}
                       .dump()));
      },
      respond);
}

void Api::health(Respond respond) {
  if (const auto pressure = shell_.pressure_while_syncing())
    return respond(ok(health_json(*pressure, info_)));
  post([this, respond](Engine& engine) { respond(ok(health_json(engine.pressure(), info_))); }, respond,
       Share::Promised);
}

}  // namespace endcap
