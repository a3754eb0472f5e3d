// Sockets on loopback, and many of them at once.
#include "tests/bench/http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "tests/bench/figures.h"

namespace endcap::bench {
namespace {

constexpr int kPatienceMs = 60'000;  // for one answer

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool receive_some(int socket, std::string& bytes) {
  char chunk[16 << 10];
  const ssize_t count = recv(socket, chunk, sizeof chunk, 0);
  if (count > 0) bytes.append(chunk, static_cast<size_t>(count));
  return count > 0;
}

size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) return 0;
  const char* digit = &*found + kName.size();
  while (*digit == ' ') ++digit;
  size_t length = 0;
  std::from_chars(digit, head.data() + head.size(), length);
  return length;
}

struct LoadedConnection {
  int socket = -1;
  std::string request, bytes;
  double asked = 0;
};

// The connections of a load; each asks, is answered, asks again.
class LoadRun {
 public:
  explicit LoadRun(const HttpLoad& load) : load_(load), poll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (uint32_t i = 0; i < load.connections; ++i) {
      LoadedConnection& connection = connections_.emplace_back();
      connection.socket = connect_to(load.port);
      broken_ = broken_ || connection.socket < 0;
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, connection.socket, &event);
    }
  }
  ~LoadRun() {
    for (const LoadedConnection& connection : connections_) close(connection.socket);
    close(poll_);
  }
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;

  HttpLoaded run() {
    const double begin = seconds_now();
    for (LoadedConnection& connection : connections_) ask_next(connection);
    while (open_ > 0 && !broken_) wait();
    if (broken_ && !load_.may_break)
      throw std::runtime_error("the server under load is not there, or ended a connection");
    result_.seconds = seconds_now() - begin;
    return std::move(result_);
  }

 private:
  void ask_next(LoadedConnection& connection) {
    auto request = load_.next();
    if (!request) return;
    connection.request = std::move(*request);
    ++open_;
    connection.asked = seconds_now();
    broken_ = broken_ || !send_all(connection.socket, connection.request);
  }

  void wait() {
    epoll_event events[128];
    const int count = epoll_wait(poll_, events, std::size(events), kPatienceMs);
    if (count == 0) throw std::runtime_error("the server under load does not answer");
    for (int i = 0; i < count; ++i) answered(connections_[events[i].data.u64]);
  }

  void answered(LoadedConnection& connection) {
    if (!receive_some(connection.socket, connection.bytes)) {
      broken_ = true;
      return;
    }
    const auto answer = take_answer(connection.bytes);
    if (!answer) return;
    if (answer->status == 429 || answer->status == 503) {
      ++result_.refused;
      broken_ = broken_ || !send_all(connection.socket, connection.request);
      return;
    }
    if (answer->status >= 300)
      throw std::runtime_error(
          fmt::format("the server under load answered {}: {}", answer->status, answer->body));
    result_.latencies_us.push_back((seconds_now() - connection.asked) * 1e6);
    ++result_.answered;
    --open_;
    if (load_.progress) load_.progress(result_.answered);
    ask_next(connection);
  }

  const HttpLoad& load_;
  int poll_;
  std::vector<LoadedConnection> connections_;
  size_t open_ = 0;  // requests without an answer
  bool broken_ = false;
  HttpLoaded result_;
};

}  // namespace

std::string http_request(std::string_view method, std::string_view path, std::string_view body,
                         std::string_view content_type) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                     method, path, content_type, body.size(), body);
}

std::optional<HttpAnswered> take_answer(std::string& bytes) {
  const size_t head = bytes.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  const size_t size = content_length(std::string_view(bytes).substr(0, head + 2)), body = head + 4;
  if (bytes.size() < body + size) return std::nullopt;
  HttpAnswered answer;
  const size_t status = bytes.find(' ') + 1;
  std::from_chars(bytes.data() + status, bytes.data() + status + 3, answer.status);
  answer.body = bytes.substr(body, size);
  bytes.erase(0, body + size);
  return answer;
}

int connect_to(uint16_t port) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(made);
    return -1;
  }
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

HttpConnection::~HttpConnection() { end(); }

void HttpConnection::end() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

std::optional<HttpAnswered> HttpConnection::ask(const std::string& request) {
  if (socket_ < 0) socket_ = connect_to(port_);
  if (socket_ < 0) return std::nullopt;
  std::string bytes;
  bool whole = send_all(socket_, request);
  std::optional<HttpAnswered> answer;
  while (whole && !(answer = take_answer(bytes))) whole = receive_some(socket_, bytes);
  if (!answer) end();
  return answer;
}

std::string HttpConnection::get(std::string_view path) {
  const auto answer = ask(http_request("GET", path));
  if (!answer) throw std::runtime_error(fmt::format("nobody answers GET {}", path));
  if (answer->status != 200)
    throw std::runtime_error(fmt::format("GET {} is answered {}: {}", path, answer->status, answer->body));
  return answer->body;
}

HttpLoaded run_http_load(const HttpLoad& load) { return LoadRun(load).run(); }

}  // namespace endcap::bench
