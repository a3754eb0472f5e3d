// Delivering events: one at a time, in order, with backoff.
#include "tools/sandbox/events.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "tools/sandbox/ledger.h"

namespace endcap::sandbox {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;

struct Url {
  std::string host, port = "80", path = "/";
};

Url url_of(std::string_view url) {
  Url out;
  if (url.starts_with("http://")) url.remove_prefix(7);
  auto slash = url.find('/');
  if (slash != std::string_view::npos) out.path = url.substr(slash);
  auto authority = url.substr(0, slash);
  auto colon = authority.rfind(':');
  out.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) out.port = authority.substr(colon + 1);
  return out;
}

// The status of the answer, 0 when there is none.
int post(const std::string& sink, const Json& headers, const std::string& body) {
  try {
    Url url = url_of(sink);
    boost::asio::io_context io;
    tcp::resolver resolver(io);
    beast::tcp_stream stream(io);
    beast::error_code failure;
    stream.expires_after(std::chrono::seconds(10));
    boost::asio::connect(stream.socket(), resolver.resolve(url.host, url.port), failure);
    if (failure) return 0;
    http::request<http::string_body> request{http::verb::post, url.path, 11};
    request.set(http::field::host, url.host);
    request.set(http::field::content_type, "application/cloudevents+json; charset=utf-8");
    for (const auto& [name, value] : headers.items()) request.set(name, value.get<std::string>());
    request.body() = body;
    request.prepare_payload();
    request.keep_alive(false);
    http::write(stream, request, failure);
    if (failure) return 0;
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response, failure);
    return failure ? 0 : static_cast<int>(response.result_int());
  } catch (const std::exception&) {
    return 0;
  }
}

std::string envelope(const OutgoingEvent& event) {
  return Json{{"specversion", "1.0"}, {"id", event.id},     {"source", event.source},
              {"type", event.type},   {"time", event.time}, {"datacontenttype", "application/json"},
              {"data", event.data}}
      .dump();
}

}  // namespace

Events::Events() : sink_headers_(Json::object()), thread_([this] { run(); }) {}

Events::~Events() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Events::set_sink(std::string url, Json headers) {
  std::lock_guard lock(mutex_);
  sink_ = std::move(url);
  sink_headers_ = headers.is_object() ? std::move(headers) : Json::object();
  wake_.notify_all();
}

void Events::disturb(EventFault fault) {
  std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

std::string Events::send(OutgoingEvent event) {
  std::lock_guard lock(mutex_);
  for (EventFault& fault : faults_) {
    if (fault.times <= 0 || fault.type != event.type) continue;
    --fault.times;
    event.copies = std::max(event.copies, fault.copies);
    event.after_next = event.after_next || fault.out_of_order;
    break;
  }
  if (event.id.empty()) event.id = fmt::format("evt-{:06}", next_++);
  if (event.source.empty()) event.source = "/sandbox/erp";
  event.time = real_time();
  std::string id = event.id;
  items_.push_back({std::move(event)});
  wake_.notify_all();
  return id;
}

Json Events::list() const {
  std::lock_guard lock(mutex_);
  Json out = Json::array();
  for (const auto& item : items_) {
    out.push_back({{"id", item.event.id},
                   {"type", item.event.type},
                   {"data", item.event.data},
                   {"time", item.event.time},
                   {"state", item.state},
                   {"attempts", item.attempts},
                   {"answer", item.answer}});
  }
  return out;
}

size_t Events::pick() const {
  size_t held = items_.size();
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].state != "waiting") continue;
    if (!items_[i].event.after_next) return i;
    if (held == items_.size()) held = i;
  }
  return held;
}

void Events::run() {
  std::unique_lock lock(mutex_);
  std::chrono::milliseconds pause{100};
  while (!stopping_) {
    size_t index = sink_.empty() ? items_.size() : pick();
    if (index >= items_.size()) {
      wake_.wait(lock);
      continue;
    }
    if (items_[index].event.after_next) {  // nothing to overtake it yet
      items_[index].event.after_next =
          wake_.wait_for(lock, std::chrono::seconds(2)) != std::cv_status::timeout;
      continue;
    }
    std::string sink = sink_, body = envelope(items_[index].event);
    Json headers = sink_headers_;
    int copies = items_[index].event.copies, status = 0;
    ++items_[index].attempts;
    lock.unlock();
    for (int i = 0; i < std::max(1, copies); ++i) status = post(sink, headers, body);
    lock.lock();
    Item& item = items_[index];
    item.answer = status ? fmt::format("HTTP {}", status) : "no answer";
    if (status >= 200 && status < 300) {
      item.state = "delivered";
      for (auto& earlier : items_) {
        if (earlier.state == "waiting") earlier.event.after_next = false;
      }
      pause = std::chrono::milliseconds(100);
    } else if (status == 400 || status == 413 || status == 422) {
      item.state = "refused";  // the same bytes would be refused again
    } else {
      wake_.wait_for(lock, pause);
      pause = std::min(pause * 2, std::chrono::milliseconds(2000));
    }
  }
}

}  // namespace endcap::sandbox
