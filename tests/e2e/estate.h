// The sandbox as a real process: started on a free port, ended by its pid, its switches at hand.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace endcap::test {

using Json = nlohmann::json;

class Estate {
 public:
  explicit Estate(std::vector<std::string> more = {}) {
    char folder[] = "/tmp/endcap-estate-XXXXXX";
    if (!mkdtemp(folder)) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    std::vector<std::string> arguments = {SANDBOX_BINARY,    "--port",    "0",          "--port-file",
                                          folder_ + "/port", "--schemas", SCHEMA_FOLDER};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::fflush(nullptr);  // or the child would print it again
    pid_ = fork();
    if (pid_ == 0) {
      std::vector<char*> raw;
      for (auto& argument : arguments) raw.push_back(argument.data());
      raw.push_back(nullptr);
      std::string log = folder_ + "/log";
      (void)!freopen(log.c_str(), "w", stdout);
      (void)!freopen(log.c_str(), "a", stderr);
      execv(raw[0], raw.data());
      _exit(127);
    }
    for (int i = 0; i < 600 && port_ == 0; ++i) {
      std::ifstream(folder_ + "/port") >> port_;
      if (port_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    if (port_ == 0) throw std::runtime_error("the sandbox does not start");
  }
  ~Estate() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Estate(const Estate&) = delete;
  Estate& operator=(const Estate&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  // One request without authentication; the answer's body as JSON.
  Json call(const std::string& method, const std::string& path, const Json& body = Json()) const {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
    std::string text = body.is_null() ? "" : body.dump();
    std::string request =
        method + " " + path +
        " HTTP/1.1\r\nHost: estate\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size()) +
        "\r\n\r\n" + text;
    (void)!send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    char chunk[4096];
    for (ssize_t count; (count = recv(fd, chunk, sizeof chunk, 0)) > 0;)
      answer.append(chunk, static_cast<size_t>(count));
    close(fd);
    auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? Json() : Json::parse(answer.substr(end + 4), nullptr, false);
  }
  Json post(const std::string& path, const Json& body) const { return call("POST", path, body); }
  Json get(const std::string& path) const { return call("GET", path); }

  // The next request with `path` in its address meets this fault.
  void fault(const std::string& path, Json fault) const {
    fault["match"] = {{"path", path}};
    post("/sandbox/faults", fault);
  }
  Json effects(const std::string& key) const { return get("/sandbox/audit")["keys"][key]; }

 private:
  std::string folder_;
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

}  // namespace endcap::test
