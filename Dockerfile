# Mycel in a container. Its steps are the Makefile's; the playground is served on 127.0.0.1 only, so it is not to be
# had from outside: run Mycel here with the settings of a platform, and keep /srv/mycel/data.

FROM python:3.11-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY Makefile pyproject.toml LICENSE ./
COPY requirements/run.txt requirements/
RUN make dependencies
COPY bot bot
COPY adapters adapters
COPY storage storage
COPY migrations migrations
COPY bench bench
RUN make setup

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /srv/mycel mycel \
    && install --directory --owner mycel --group mycel --mode 0700 /srv/mycel /srv/mycel/data
COPY --from=build /app /app
ENV PATH="/app/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    MYCEL_HOST=0.0.0.0
USER mycel
WORKDIR /srv/mycel
VOLUME /srv/mycel/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('MYCEL_PORT', '8080') + '/healthz', timeout=4)"]
ENTRYPOINT ["mycel"]
CMD ["run"]
