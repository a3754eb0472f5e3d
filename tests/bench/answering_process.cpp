// One loop over all connections: whole requests in, one 204 each out.
#include "tests/bench/answering_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <stdexcept>
#include <string>

#include "tests/bench/http_client.h"

namespace endcap::bench {
namespace {

constexpr std::string_view kYes = "HTTP/1.1 204 No Content\r\n\r\n";

// False when the connection has ended.
bool serve_some(int connection, std::string& bytes) {
  char chunk[16 << 10];
  const ssize_t count = recv(connection, chunk, sizeof chunk, 0);
  if (count <= 0) return false;
  bytes.append(chunk, static_cast<size_t>(count));
  std::string answers;
  while (take_answer(bytes)) answers += kYes;  // a request is cut off as an answer is
  return answers.empty() || send(connection, answers.data(), answers.size(), MSG_NOSIGNAL) >= 0;
}

[[noreturn]] void serve_all(int listener) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  std::map<int, std::string> received;
  const auto watch = [&](int socket) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
  };
  watch(listener);
  while (true) {
    epoll_event events[128];
    const int count = epoll_wait(poll, events, std::size(events), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      if (socket == listener) {
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        const int on = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(connection);
      } else if (!serve_some(socket, received[socket])) {
        received.erase(socket);
        close(socket);
      }
    }
  }
}

}  // namespace

AnsweringProcess::AnsweringProcess() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool listens = bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       listen(listener, 128) == 0 &&
                       getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  port_ = ntohs(address.sin_port);
  if (listens) process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve_all(listener);
  }
  close(listener);
  if (process_ < 0) throw std::runtime_error("no process that answers HTTP could be started");
}

AnsweringProcess::~AnsweringProcess() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace endcap::bench
