// A scripted HTTP server: each request gets the exact bytes the test says, or a closed door.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace endcap::test {

// What the script says: bytes to send as they are; `hang` keeps the connection open and silent; no bytes
// close it.
struct Script {
  std::string bytes;
  bool hang = false;
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class ScriptedServer {
 public:
  using Handler = std::function<Script(const std::string& request)>;  // the whole request: head and body

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 64);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    thread_.join();
    close(listener_);
    for (auto& each : conversations_) each.join();
  }

  std::string url(const std::string& path = "/erp") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<std::string> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  bool readable(int fd) const {
    pollfd one{fd, POLLIN, 0};
    while (!stopping_) {
      if (poll(&one, 1, 20) > 0) return true;
    }
    return false;
  }
  void accept_all() {
    while (readable(listener_)) {
      int fd = accept(listener_, nullptr, nullptr);
      if (fd >= 0) conversations_.emplace_back([this, fd] { converse(fd); });
    }
  }
  void converse(int fd) {
    std::string buffer;
    while (true) {
      auto end = buffer.find("\r\n\r\n");
      size_t length = 0;
      if (end != std::string::npos) {
        auto at = buffer.find("Content-Length: ");
        if (at != std::string::npos && at < end) length = std::stoul(buffer.substr(at + 16));
      }
      if (end != std::string::npos && buffer.size() >= end + 4 + length) {
        std::string request = buffer.substr(0, end + 4 + length);
        buffer.erase(0, request.size());
        {
          std::lock_guard lock(mutex_);
          requests_.push_back(request);
        }
        Script script = handler_(request);
        if (script.hang) {
          while (!stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
          break;
        }
        if (script.bytes.empty()) break;
        if (send(fd, script.bytes.data(), script.bytes.size(), MSG_NOSIGNAL) < 0) break;
        continue;
      }
      if (!readable(fd)) break;
      char chunk[8192];
      ssize_t count = recv(fd, chunk, sizeof chunk, 0);
      if (count <= 0) break;
      buffer.append(chunk, static_cast<size_t>(count));
    }
    shutdown(fd, SHUT_RDWR);
    close(fd);
  }

  Handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  std::vector<std::thread> conversations_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

inline Script answer(int status, const std::string& body, const std::string& headers = "") {
  return {"HTTP/1.1 " + std::to_string(status) + " Something\r\nContent-Type: application/json\r\n" +
          headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

}  // namespace endcap::test
