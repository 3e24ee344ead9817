FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DAYLIGHT_DATA_DIR=/data

WORKDIR /srv/daylight

# The packages change seldom and come first, so that a change of the code rebuilds only the last layers.
COPY requirements.txt ./
RUN pip install --require-hashes --requirement requirements.txt

COPY alembic.ini ./
COPY migrations migrations
COPY static static
COPY templates templates
COPY app app
RUN python -m compileall -q app migrations \
    && useradd --uid 1000 --no-create-home --home-dir /data --shell /usr/sbin/nologin daylight \
    && install --directory --owner daylight --group daylight --mode 0750 /data

USER daylight
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0"]
