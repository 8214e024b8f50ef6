// SPDX-License-Identifier: BSL-1.0
#include "scripted.hpp"

#include <constage/report/live.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using engine::outcome;
using report::style;

namespace {

/// As much of a terminal as the live view needs: what is on the screen, and what has scrolled away.
struct terminal {
    int columns, rows;
    std::vector<std::string> lines{""};  ///< everything ever shown
    std::size_t row = 0;                 ///< of the cursor
    std::size_t column = 0;
    bool overflow = false;  ///< a line was longer than the screen is wide

    void write(std::string_view text) {
        for (std::size_t i = 0; i < text.size();) {
            if (text.substr(i, 2) == "\x1b[") {
                std::size_t end = i + 2;
                while (text[end] < '@') ++end;
                control(text.substr(i + 2, end - i - 2), text[end]);
                i = end + 1;
            } else if (text[i] == '\n') {
                if (++row == lines.size()) lines.emplace_back();
                column = 0;
                ++i;
            } else {
                auto& line = lines[row];
                if (column == 0 && !(text[i] & '\x80' && (text[i] & '\x40') == 0)) line = line.substr(0, 0);
                line += text[i];
                if ((text[i] & '\xc0') != '\x80' && ++column > static_cast<std::size_t>(columns)) overflow = true;
                ++i;
            }
        }
    }
    void control(std::string_view argument, char what) {
        if (what == 'A') {
            auto const up = static_cast<std::size_t>(std::stoi(std::string(argument)));
            REQUIRE(up <= row);
            REQUIRE(up < static_cast<std::size_t>(rows));  // a terminal stops at its first line
            row -= up;
            column = 0;
        } else if (what == 'J') {
            lines.resize(row + 1);
            lines[row].resize(std::min(lines[row].size(), column));
        } else if (what == 'K') {
            if (column == 0) lines[row].clear();
        } else {
            REQUIRE((what == 'l' || what == 'h'));
        }
    }
    std::string text() const {
        std::string all;
        for (auto const& l : lines) all += l + "\n";
        all.pop_back();
        return all;
    }
};

struct show : scripted {
    terminal screen;
    explicit show(int columns = 60, int rows = 24) : scripted(style::tty, columns, rows), screen{columns, rows} {}
    std::string draw() {
        static_cast<report::live&>(*view).draw();
        screen.write(text);
        text.clear();
        return screen.text();
    }
    std::string end() {
        view->end();
        screen.write(text);
        text.clear();
        return screen.text();
    }
    void run_two() {
        plan();
        view->started(0, 0);
        view->finished(0, outcome::done, after(0.5), "");
        view->finished(1, outcome::cached, now, "");
        view->started(2, now);
        view->started(3, now);
        after(2);
        view->output(2, 1, "Compiling\nlinking\x1b[31m red\nhalf");
        view->output(3, 1, "page 1\n");
    }
};

}  // namespace

TEST_CASE("the live view shows stages side by side and what they print") {
    show s;
    s.run_two();
    CHECK(s.draw() == R"(building 2.5s, 2 of 6 done
build  [#c>]   2.5s  RUN mvn package  2.0s
docs   [>]     2.0s  RUN make docs
app    [.]
output [.]
  build | Compiling
  build | linking red
  docs | page 1
)");
    s.view->finished(3, outcome::done, s.after(1), "");
    s.view->output(2, 1, " line\n");
    CHECK(s.draw() == R"(building 3.5s, 3 of 6 done
build  [#c>]   3.5s  RUN mvn package  3.0s
docs   [#]     3.0s
app    [.]
output [.]
  build | Compiling
  build | linking red
  build | half line
)");
}

TEST_CASE("the live view leaves its rows behind, without logs") {
    show s;
    s.run_two();
    s.draw();
    s.view->finished(2, outcome::failed, s.after(1), "exit code: 1");
    s.view->finished(3, outcome::cancelled, s.now, "");
    s.view->finished(4, outcome::skipped, s.now, "");
    s.view->warning({"Dockerfile", 7, 0}, "odd");
    auto const last = s.end();
    CHECK(last == R"(WARNING: odd (Dockerfile:7)
failed after 3.5s, 5 of 6 done
build  [#cx]   3.5s  FAILED RUN mvn package
docs   [-]     3.0s
app    [-]
output [.]
)");
    s.view->end();
    static_cast<report::live&>(*s.view).draw();
    CHECK(s.text.empty());
}

TEST_CASE("transfers are shown with their size") {
    show s;
    s.plan();
    s.view->started(0, 0);
    s.view->transferred(0, 12'300'000, 45'000'000);
    CHECK(s.draw().find("build  [>..]         maven:3  12.3 MB / 45.0 MB\n") != std::string::npos);
}

TEST_CASE("on a small terminal the live view keeps what moves") {
    for (int rows : {2, 3, 4, 5, 6, 7}) {
        for (int columns : {1, 5, 12, 20, 40}) {
            CAPTURE(rows, columns);
            show s(columns, rows);
            s.run_two();
            for (int i = 0; i != 3; ++i) {
                s.draw();
                CHECK(static_cast<int>(s.screen.lines.size()) <= rows);
                CHECK_FALSE(s.screen.overflow);
                s.after(0.1);
            }
        }
    }
    show s(60, 4);
    s.run_two();
    CHECK(s.draw() == "building 2.5s, 2 of 6 done\nbuild  [#c>]   2.5s  RUN mvn package  2.0s\ndocs   [>]     2.0s  RUN make docs\n");
}

TEST_CASE("stages with very many steps keep the mark that moves") {
    scripted s(style::tty);
    std::vector<engine::task_info> tasks;
    for (std::size_t i = 0; i != 100; ++i) tasks.push_back(scripted::task(i, "s", i + 1, 100, "RUN " + std::to_string(i)));
    s.view->planned(tasks);
    for (std::size_t i = 0; i != 60; ++i) s.view->finished(i, outcome::cached, 0, "");
    s.view->started(60, 0);
    static_cast<report::live&>(*s.view).draw();
    CHECK(s.text.find("[" + std::string(16, 'c') + ">" + std::string(15, '.') + "]") != std::string::npos);
}
